/** The code of the README and the demo. */
package dev.linkspan.examples;
