/**
 * How a broker is added, on one that lives in memory: an adapter, a carrier, a wrapped client, and the two contracts that it
 * passes. Uses nothing but the public API; copy it and replace the queue by your broker.
 */
package dev.linkspan.toy;
