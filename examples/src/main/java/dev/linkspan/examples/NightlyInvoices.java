package dev.linkspan.examples;

import dev.linkspan.batch.LinkedJob;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.PayloadCarrier;
import io.opentelemetry.api.OpenTelemetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A table that requests write to, and a job that reads it at night: the job's trace links to each request. */
public final class NightlyInvoices {

    /** A row of the table; the trace context is text in one column. */
    private record Row(String order, String traceContext) {}

    private final MessagingTelemetry messaging;
    private final List<Row> table = new ArrayList<>();

    /** The telemetry is shared with the brokers of the application, if there are any. */
    public NightlyInvoices(OpenTelemetry openTelemetry) {
        this.messaging = MessagingTelemetry.create(openTelemetry);
    }

    /** Stores an order with the context that is current. */
    public void store(String order) {
        Map<String, Object> context = new HashMap<>();
        messaging.inject(PayloadCarrier.ofMap(), context);
        table.add(new Row(order, PayloadCarrier.toJson(context)));
    }

    /** Runs the job; to be called by a scheduler. */
    public List<String> run() {
        List<String> invoices = new ArrayList<>();
        LinkedJob job = LinkedJob.create(messaging, "nightly invoices");
        job.run(run -> {
            for (Row row : table) {
                run.read(row.traceContext());
                invoices.add("invoice for " + row.order());
            }
        });
        return invoices;
    }
}
