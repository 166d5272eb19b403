/** Scenarios on real brokers; one subpackage a broker. */
package dev.linkspan.it;
