/** What the API needs to know about the node it runs on. Called from any thread. */
@NullMarked
package io.drover.http.node;

import org.jspecify.annotations.NullMarked;
