/** What tracing costs. */
package dev.linkspan.benchmarks;
