/** Tests of the API through its sockets; every exchange is held against the contract. */
@NullMarked
package io.drover.http;

import org.jspecify.annotations.NullMarked;
