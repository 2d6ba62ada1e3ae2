package io.drover.node.readside;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.drover.actor.CborSerializable;
import java.io.NotSerializableException;
import java.util.Arrays;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;

/**
 * States and views as bytes in a table: the class's name, a zero byte, and what a snapshot of it
 * would be. Safe on any thread.
 */
final class StoredBytes {
  private final Serialization serialization;
  private final int serializerId;

  StoredBytes(ActorSystem<?> system) {
    this.serialization = SerializationExtension.get(Adapter.toClassic(system));
    this.serializerId = serializerId(serialization);
  }

  byte[] write(CborSerializable value) {
    byte[] manifest =
        Serializers.manifestFor(serialization.findSerializerFor(value), value).getBytes(UTF_8);
    byte[] body = serialization.serialize(value).get();
    byte[] all = new byte[manifest.length + 1 + body.length];
    System.arraycopy(manifest, 0, all, 0, manifest.length);
    System.arraycopy(body, 0, all, manifest.length + 1, body.length);
    return all;
  }

  <T extends CborSerializable> T read(byte[] all, Class<T> type) {
    int end = 0;
    while (all[end] != 0) {
      end++;
    }
    String manifest = new String(all, 0, end, UTF_8);
    byte[] body = Arrays.copyOfRange(all, end + 1, all.length);
    return type.cast(serialization.deserialize(body, serializerId, manifest).get());
  }

  private static int serializerId(Serialization serialization) {
    try {
      return serialization.serializerFor(CborSerializable.class).identifier();
    } catch (NotSerializableException e) {
      throw new IllegalStateException("drover-pekko.conf binds no serializer", e);
    }
  }
}
