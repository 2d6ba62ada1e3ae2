/**
 * Settings as validated records. Every key, its unit and its reason stand in {@code
 * reference.conf}; a key that is not there is refused by name.
 */
@NullMarked
package io.drover.config.settings;

import org.jspecify.annotations.NullMarked;
