package dev.linkspan.propagation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Hexadecimal digits of lower case, eight at once in the bytes of a long. To go over the digits of all messages one by one
 * would be what a large batch spends most of its time on.
 */
final class HexDigits {

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long SIX_ZEROS = 0x3030_3030_3030_0000L;

    private HexDigits() {}

    static long eight(byte[] ascii, int at) {
        return (long) EIGHT_BYTES.get(ascii, at);
    }

    /** With zeros before them. */
    static long two(byte[] ascii, int at) {
        return SIX_ZEROS | (ascii[at] & 0xFF) << 8 | (ascii[at + 1] & 0xFF);
    }

    /** 0 if all eight are digits. */
    static long wrong(long ascii) {
        long letters = letters(ascii);
        long nibbles = nibbles(ascii, letters);
        // '0' to '9' begin with 3, 'a' to 'f' with 6; a letter stands for 10 to 15, all others for 0 to 9
        return ((ascii & 0xF0F0F0F0F0F0F0F0L) ^ (0x3030303030303030L + 0x30 * letters))
                | (nibbles & 0x1010101010101010L)
                | (((nibbles + 0x0606060606060606L) & 0x1010101010101010L) ^ (letters << 4));
    }

    /** What eight digits come to, in 32 bits. */
    static long number(long ascii) {
        long nibbles = nibbles(ascii, letters(ascii));
        long pairs = (nibbles | nibbles >>> 4) & 0x00FF00FF00FF00FFL;
        long fours = (pairs | pairs >>> 8) & 0x0000FFFF0000FFFFL;
        return (fours | fours >>> 16) & 0xFFFFFFFFL;
    }

    /** 1 in each byte that may be a letter. */
    private static long letters(long ascii) {
        return (ascii & 0x4040404040404040L) >>> 6;
    }

    private static long nibbles(long ascii, long letters) {
        return (ascii & 0x0F0F0F0F0F0F0F0FL) + 9 * letters;
    }
}
