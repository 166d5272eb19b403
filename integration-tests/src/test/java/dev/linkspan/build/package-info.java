/** Rules that hold for the whole build: what is public, and who may know whom. */
@NullMarked
package dev.linkspan.build;

import org.jspecify.annotations.NullMarked;
