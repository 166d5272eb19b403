package dev.linkspan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.stream.Stream;

/** Header values from outside that are no trace context, however they look. */
public final class HostileValues {

    private HostileValues() {}

    /** As bytes, for brokers whose headers are. */
    public static Stream<byte[]> traceparents() {
        return Stream.of(
                new byte[0],
                new byte[] {0, 1, 2, (byte) 0xff, (byte) 0xfe},
                new byte[] {(byte) 0xc3},
                text(" 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                text("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01"),
                text("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
                text("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"),
                text("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                text("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-and-more"),
                text("00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333\uffff-01"),
                text("\uffff".repeat(55)),
                text("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-" + "x".repeat(100_000)),
                text(",".repeat(100_000)),
                text(" ".repeat(65_536)));
    }

    private static byte[] text(String value) {
        return value.getBytes(UTF_8);
    }
}
