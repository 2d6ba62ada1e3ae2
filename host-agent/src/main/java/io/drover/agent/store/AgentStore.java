package io.drover.agent.store;

import io.drover.agent.lease.LeaseTerms;
import io.drover.agent.store.RecordLog.DamagedLogException;
import io.drover.agent.store.StoreCodec.MalformedRecordException;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The agent's durable memory. A {@code save} returns once the record is on disk; the caller acts
 * only then. Records are kept in memory as well, so looking one up costs nothing. Safe on any
 * thread: all share one lock, which a save holds while it writes.
 */
public final class AgentStore implements AutoCloseable {
  /**
   * VMs that were here once and are gone leave their highest epoch behind; of more than these the
   * oldest are forgotten. By then any order about them is fenced by the control epoch.
   */
  static final int VACATED_LIMIT = 10_000;

  static final String LOG_FILE = "agent.log";

  private final Path file;
  private final DurableFiles files;
  private final FileChannel lock;
  private final Object guard = new Object();
  // All below is guarded by guard.
  private final Map<VmId, VmRecord> vms = new LinkedHashMap<>(); // the one saved last comes last
  private final Map<HostId, RevocationRecord> revocations = new LinkedHashMap<>();
  private AgentRecord agent = AgentRecord.create();
  private Optional<LeaseRecord> lease = Optional.empty();
  private @Nullable RecordLog log; // none after a failed write
  private boolean closed;

  private AgentStore(Path directory, DurableFiles files, FileChannel lock) {
    this.file = directory.resolve(LOG_FILE);
    this.files = files;
    this.lock = lock;
  }

  /**
   * Opens the store in this directory, making it when needed.
   *
   * @throws StoreException when the log is damaged or of a newer version, when it cannot be read or
   *     written, or when another agent uses the directory
   */
  public static AgentStore open(Path directory) {
    return open(directory, DurableFiles.REAL);
  }

  /** The same with other file operations: a simulation stops between them. */
  public static AgentStore open(Path directory, DurableFiles files) {
    AgentStore store = new AgentStore(directory, files, lock(directory));
    try {
      synchronized (store.guard) {
        store.load();
        store.rewrite();
      }
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static FileChannel lock(Path directory) {
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (isLocked(channel)) {
        return channel;
      }
      channel.close();
    } catch (IOException e) {
      throw new StoreException(directory, "cannot be used as state directory: " + e, e);
    }
    throw new StoreException(directory, "another agent uses this state directory");
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by another agent of this JVM
    }
  }

  private void load() {
    if (!Files.exists(file)) {
      return;
    }
    try {
      for (byte[] bytes : RecordLog.read(file)) {
        switch (StoreCodec.read(bytes)) {
          case VmRecord record -> remember(record);
          case AgentRecord record -> agent = record;
          case LeaseRecord record -> lease = Optional.of(record);
          case RevocationRecord record -> revocations.put(record.host(), record);
        }
      }
    } catch (IOException e) {
      throw new StoreException(file, "cannot be read: " + e.getMessage(), e);
    } catch (DamagedLogException | MalformedRecordException e) {
      throw new StoreException(file, String.valueOf(e.getMessage()), e);
    }
  }

  private void remember(VmRecord record) {
    vms.remove(record.vm());
    vms.put(record.vm(), record);
  }

  /** Starts a new log that holds what is known now. */
  private RecordLog rewrite() {
    forgetOldest();
    List<byte[]> records = new ArrayList<>();
    records.add(StoreCodec.write(agent));
    lease.ifPresent(record -> records.add(StoreCodec.write(record)));
    revocations.values().forEach(record -> records.add(StoreCodec.write(record)));
    vms.values().forEach(record -> records.add(StoreCodec.write(record)));
    try {
      closeLog();
      RecordLog fresh = RecordLog.create(file, records, files);
      log = fresh;
      return fresh;
    } catch (IOException e) {
      throw new StoreException(file, "cannot be written: " + e.getMessage(), e);
    }
  }

  private void forgetOldest() {
    List<VmId> vacated =
        vms.values().stream().filter(AgentStore::isVacated).map(VmRecord::vm).toList();
    vacated.subList(0, Math.max(0, vacated.size() - VACATED_LIMIT)).forEach(vms::remove);
  }

  private static boolean isVacated(VmRecord record) {
    return record.grant().isEmpty() && record.migration().isEmpty();
  }

  public AgentRecord agent() {
    synchronized (guard) {
      return agent;
    }
  }

  /** What is known of this VM; {@link VmRecord#unknown} when nothing is. */
  public VmRecord vm(VmId vm) {
    synchronized (guard) {
      return vms.getOrDefault(vm, VmRecord.unknown(vm));
    }
  }

  public List<VmRecord> vms() {
    synchronized (guard) {
      return List.copyOf(vms.values());
    }
  }

  public void save(AgentRecord record) {
    synchronized (guard) {
      append(StoreCodec.write(record));
      agent = record;
    }
  }

  public void save(VmRecord record) {
    synchronized (guard) {
      append(StoreCodec.write(record));
      remember(record);
    }
  }

  /** Empty while no lease was ever asked for. */
  public Optional<LeaseTerms> lease() {
    synchronized (guard) {
      return lease.map(LeaseRecord::terms);
    }
  }

  public void save(LeaseTerms terms) {
    LeaseRecord record = new LeaseRecord(terms);
    synchronized (guard) {
      append(StoreCodec.write(record));
      lease = Optional.of(record);
    }
  }

  /** The highest epoch revoked of each host that this agent is a witness of. */
  public Map<HostId, Epoch> revocations() {
    synchronized (guard) {
      return revocations.values().stream()
          .collect(Collectors.toMap(RevocationRecord::host, RevocationRecord::epoch));
    }
  }

  /** Does nothing when this epoch, or a higher one, is revoked already. */
  public void saveRevocation(HostId host, Epoch epoch) {
    RevocationRecord record = new RevocationRecord(host, epoch);
    synchronized (guard) {
      RevocationRecord before = revocations.get(host);
      if (before == null || before.epoch().isBefore(epoch)) {
        append(StoreCodec.write(record));
        revocations.put(host, record);
      }
    }
  }

  private void append(byte[] bytes) {
    if (closed) { // the file may be another agent's by now
      throw new StoreException(file, "is closed");
    }
    RecordLog current = log;
    if (current == null || !current.hasRoomFor(bytes)) {
      current = rewrite();
    }
    try {
      current.append(bytes);
    } catch (IOException e) {
      giveUpLog(e);
      throw new StoreException(file, "cannot be written: " + e.getMessage(), e);
    }
  }

  /** What a failed write left on disk is not known: the next save starts a new log. */
  private void giveUpLog(IOException cause) {
    try {
      closeLog();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void closeLog() throws IOException {
    RecordLog current = log;
    log = null;
    if (current != null) {
      current.close();
    }
  }

  /** Lets another agent use the directory; whoever saves from now on is refused. */
  @Override
  public void close() {
    synchronized (guard) {
      closed = true;
      try {
        closeLog();
        lock.close();
      } catch (IOException e) {
        throw new StoreException(file, "cannot be released", e);
      }
    }
  }
}
