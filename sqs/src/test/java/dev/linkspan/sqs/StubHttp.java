package dev.linkspan.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/** Answers the HTTP requests of the SDK's own clients, without a network. */
final class StubHttp implements SdkHttpClient {

    /** What was asked, in order. */
    final List<Call> calls = new CopyOnWriteArrayList<>();

    private final Function<Call, String> answer;
    /** Makes answers to asynchronous calls wait. */
    volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    /** Those that asked and whose call was given up. */
    volatile int aborted;

    StubHttp(Function<Call, String> answer) {
        this.answer = answer;
    }

    /** @param body JSON */
    record Call(String operation, String body, SdkHttpRequest http) {}

    long calls(String operation) {
        return calls.stream().filter(call -> call.operation.equals(operation)).count();
    }

    private String answer(SdkHttpRequest http, String body) {
        String target = http.firstMatchingHeader("X-Amz-Target").orElse("?");
        Call call = new Call(target.substring(target.indexOf('.') + 1), body, http);
        calls.add(call);
        return answer.apply(call);
    }

    private static SdkHttpResponse ok() {
        return SdkHttpResponse.builder()
                .statusCode(200)
                .putHeader("Content-Type", "application/x-amz-json-1.0")
                .putHeader("x-amzn-RequestId", "request-3")
                .build();
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() {
                String body = request.contentStreamProvider()
                        .map(provider -> text(provider.newStream()))
                        .orElse("");
                byte[] answered = answer(request.httpRequest(), body).getBytes(UTF_8);
                return HttpExecuteResponse.builder()
                        .response(ok())
                        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(answered)))
                        .build();
            }

            @Override
            public void abort() {}
        };
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {}

    SdkAsyncHttpClient async() {
        return new SdkAsyncHttpClient() {
            @Override
            public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                done.whenComplete((nothing, error) -> aborted += error == null ? 0 : 1);
                read(request.requestContentPublisher(), body -> {
                    String answered = answer(request.request(), body);
                    gate.thenRun(() -> {
                        request.responseHandler().onHeaders(ok());
                        request.responseHandler().onStream(AsyncRequestBody.fromString(answered));
                        done.complete(null);
                    });
                });
                return done;
            }

            @Override
            public void close() {}
        };
    }

    private static void read(Publisher<ByteBuffer> publisher, java.util.function.Consumer<String> whenRead) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        publisher.subscribe(new Subscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuffer buffer) {
                while (buffer.hasRemaining()) {
                    bytes.write(buffer.get());
                }
            }

            @Override
            public void onError(Throwable error) {
                throw new IllegalStateException(error);
            }

            @Override
            public void onComplete() {
                whenRead.accept(bytes.toString(UTF_8));
            }
        });
    }
}
