/** The JSON of the API as records, and how it is read and written. Immutable; any thread. */
@NullMarked
package io.drover.http.model;

import org.jspecify.annotations.NullMarked;
