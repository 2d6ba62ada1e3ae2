package io.drover.multinode.simulation.fleet;

import io.drover.transfer.TransferTicket;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Memory on its way from host to host: who receives which stream. */
final class Transfers {
  private final Map<Integer, Incoming> incoming = new HashMap<>();
  private int streams;

  TransferTicket receive(Incoming end, String endpoint) {
    int stream = ++streams;
    incoming.put(stream, end);
    return new TransferTicket(endpoint, stream, stream);
  }

  Optional<Incoming> find(TransferTicket ticket) {
    return Optional.ofNullable(incoming.get(ticket.streamId())).filter(Incoming::isOpen);
  }
}
