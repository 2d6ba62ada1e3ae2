package io.drover.actor.serialization;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import io.drover.config.units.AreaId;
import io.drover.config.units.ByteSize;
import io.drover.config.units.CellId;
import io.drover.config.units.DataRate;
import io.drover.config.units.EntityId;
import io.drover.config.units.Epoch;
import io.drover.config.units.HostId;
import io.drover.config.units.MalformedIdException;
import io.drover.config.units.MigrationId;
import io.drover.config.units.OperationId;
import io.drover.config.units.VmId;
import java.io.IOException;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/**
 * Teaches Jackson our words: ids as text, sizes, rates and epochs as numbers, sealed types by name.
 * Named in {@code reference.conf}.
 */
public final class DroverModule extends SimpleModule {
  private static final long serialVersionUID = 1L;

  public DroverModule() {
    super("drover");
    text(AreaId.class, AreaId::name, AreaId::new);
    text(CellId.class, CellId::toString, CellId::parse);
    text(HostId.class, HostId::text, HostId::parse);
    text(VmId.class, VmId::text, VmId::parse);
    text(MigrationId.class, MigrationId::text, MigrationId::parse);
    text(OperationId.class, OperationId::text, OperationId::parse);
    addDeserializer(EntityId.class, new FromText<>(EntityId.class, DroverModule::entityId));
    number(Epoch.class, Epoch::value, Epoch::new);
    number(ByteSize.class, ByteSize::bytes, ByteSize::new);
    number(DataRate.class, DataRate::bytesPerSecond, DataRate::new);
  }

  @Override
  public void setupModule(SetupContext context) {
    super.setupModule(context);
    context.appendAnnotationIntrospector(new SealedTypes());
  }

  private static EntityId entityId(String text) {
    String kind = text.substring(0, Math.max(0, text.indexOf('-')));
    return switch (kind) {
      case "vm" -> VmId.parse(text);
      case "mig" -> MigrationId.parse(text);
      case "host" -> HostId.parse(text);
      default -> OperationId.parse(text);
    };
  }

  private <T> void text(Class<T> type, Function<T, String> write, Function<String, T> read) {
    addSerializer(type, new ToText<>(type, write));
    addDeserializer(type, new FromText<>(type, read));
  }

  private <T> void number(Class<T> type, ToLongFunction<T> write, LongFunction<T> read) {
    addSerializer(type, new ToNumber<>(type, write));
    addDeserializer(type, new FromNumber<>(type, read));
  }

  private static final class ToText<T> extends StdScalarSerializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient Function<T, String> write;

    private ToText(Class<T> type, Function<T, String> write) {
      super(type);
      this.write = write;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(write.apply(value));
    }
  }

  private static final class FromText<T> extends StdScalarDeserializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient Function<String, T> read;

    private FromText(Class<T> type, Function<String, T> read) {
      super(type);
      this.read = read;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
      try {
        return read.apply(in.getValueAsString(""));
      } catch (MalformedIdException e) {
        throw JsonMappingException.from(in, String.valueOf(e.getMessage()), e);
      }
    }
  }

  private static final class ToNumber<T> extends StdScalarSerializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient ToLongFunction<T> write;

    private ToNumber(Class<T> type, ToLongFunction<T> write) {
      super(type);
      this.write = write;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeNumber(write.applyAsLong(value));
    }
  }

  private static final class FromNumber<T> extends StdScalarDeserializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient LongFunction<T> read;

    private FromNumber(Class<T> type, LongFunction<T> read) {
      super(type);
      this.read = read;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return read.apply(in.getLongValue());
    }
  }
}
