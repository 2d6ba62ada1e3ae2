/**
 * What control nodes tell each other again and again: how they are, who manages what, and who could
 * vouch for hosts. Told over a topic, at most once and always again; read from any thread.
 */
@NullMarked
package io.drover.node.board;

import org.jspecify.annotations.NullMarked;
