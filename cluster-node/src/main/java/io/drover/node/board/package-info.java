/**
 * What control nodes tell each other each second: how they are, and who manages what. Told over a
 * topic, at most once and always again; read from any thread.
 */
@NullMarked
package io.drover.node.board;

import org.jspecify.annotations.NullMarked;
