/**
 * Many messages as one unit of work: one span, linked to all its producers. Start at {@code BatchProcessor}; scheduled jobs
 * at {@code LinkedJob}.
 */
@NullMarked
package dev.linkspan.batch;

import org.jspecify.annotations.NullMarked;
