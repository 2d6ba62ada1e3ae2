package io.drover.agent.store;

import io.drover.agent.store.StoreCodec.MalformedRecordException;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The agent's durable memory. A {@code save} returns once the record is on disk; the caller acts
 * only then. Records are kept in memory as well, so looking one up costs nothing.
 */
public final class AgentStore implements AutoCloseable {
  /**
   * VMs that were here once and are gone leave their highest epoch behind; of more than these the
   * oldest are forgotten at start. By then any order about them is fenced by the control epoch.
   */
  static final int VACATED_LIMIT = 10_000;

  private static final String AGENT_FILE = "agent.json";
  private static final String VM_DIRECTORY = "vms";
  private static final String JSON = ".json";

  private final Path directory;
  private final DurableFiles files;
  private final FileChannel lock;
  private final Map<VmId, VmRecord> vms = new ConcurrentHashMap<>();
  private volatile AgentRecord agent = AgentRecord.NEW;

  private AgentStore(Path directory, DurableFiles files, FileChannel lock) {
    this.directory = directory;
    this.files = files;
    this.lock = lock;
  }

  /**
   * Opens the store in this directory, making it when needed.
   *
   * @throws StoreException when a file is corrupt or of a newer version, when it cannot be read or
   *     written, or when another agent uses the directory
   */
  public static AgentStore open(Path directory) {
    return open(directory, DurableFiles.REAL);
  }

  static AgentStore open(Path directory, DurableFiles files) {
    FileChannel lock = lock(directory);
    AgentStore store = new AgentStore(directory, files, lock);
    try {
      store.load();
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static FileChannel lock(Path directory) {
    Path file = directory.resolve("lock");
    try {
      Files.createDirectories(directory.resolve(VM_DIRECTORY));
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
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
    Path agentFile = directory.resolve(AGENT_FILE);
    if (Files.exists(agentFile)) {
      agent = decode(agentFile, StoreCodec::readAgent);
    }
    for (Path file : vmFiles()) {
      if (DurableFiles.isLeftover(file)) {
        continue; // a save that was interrupted before it counted
      }
      VmRecord record = decode(file, StoreCodec::readVm);
      if (!file.equals(fileOf(record.vm()))) {
        throw new StoreException(file, "holds the record of " + record.vm());
      }
      vms.put(record.vm(), record);
    }
    forgetOldest();
  }

  private List<Path> vmFiles() {
    try (Stream<Path> list = Files.list(directory.resolve(VM_DIRECTORY))) {
      return list.sorted(Comparator.comparingLong(AgentStore::lastModified)).toList();
    } catch (IOException e) {
      throw new StoreException(directory, "cannot be listed", e);
    }
  }

  private static long lastModified(Path file) {
    return file.toFile().lastModified();
  }

  private void forgetOldest() {
    List<VmId> vacated =
        vmFiles().stream()
            .filter(file -> !DurableFiles.isLeftover(file))
            .map(file -> VmId.parse(file.getFileName().toString().replace(JSON, "")))
            .filter(vm -> isVacated(vms.get(vm)))
            .toList();
    for (VmId vm : vacated.subList(0, Math.max(0, vacated.size() - VACATED_LIMIT))) {
      try {
        files.delete(fileOf(vm));
      } catch (IOException e) {
        throw new StoreException(fileOf(vm), "cannot be deleted", e);
      }
      vms.remove(vm);
    }
  }

  private static boolean isVacated(@Nullable VmRecord record) {
    return record != null && record.grant().isEmpty() && record.migration().isEmpty();
  }

  public AgentRecord agent() {
    return agent;
  }

  /** What is known of this VM; {@link VmRecord#unknown} when nothing is. */
  public VmRecord vm(VmId vm) {
    return vms.getOrDefault(vm, VmRecord.unknown(vm));
  }

  public List<VmRecord> vms() {
    return List.copyOf(vms.values());
  }

  public void save(AgentRecord record) {
    persist(directory.resolve(AGENT_FILE), StoreCodec.write(record));
    agent = record;
  }

  public void save(VmRecord record) {
    persist(fileOf(record.vm()), StoreCodec.write(record));
    vms.put(record.vm(), record);
  }

  private Path fileOf(VmId vm) {
    return directory.resolve(VM_DIRECTORY).resolve(vm.text() + JSON);
  }

  private void persist(Path file, byte[] bytes) {
    try {
      files.replace(file, bytes);
    } catch (IOException e) {
      throw new StoreException(file, "cannot be written: " + e.getMessage(), e);
    }
  }

  private interface Decoder<T> {
    T decode(byte[] bytes) throws MalformedRecordException;
  }

  private static <T> T decode(Path file, Decoder<T> decoder) {
    try {
      return decoder.decode(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new StoreException(file, "cannot be read", e);
    } catch (MalformedRecordException e) {
      throw new StoreException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /** Lets another agent use the directory. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new StoreException(directory, "cannot be released", e);
    }
  }
}
