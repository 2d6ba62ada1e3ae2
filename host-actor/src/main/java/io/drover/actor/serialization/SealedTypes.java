package io.drover.actor.serialization;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeResolverBuilder;
import com.fasterxml.jackson.databind.jsontype.impl.StdTypeResolverBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a property {@code type} with the simple class name into every member of a sealed hierarchy
 * of ours, so that neither packages nor annotations are part of what is stored. Renaming a record
 * is a change of the stored form; the tests of the stored samples notice it.
 */
final class SealedTypes extends NopAnnotationIntrospector {
  private static final long serialVersionUID = 1L;
  private static final JsonTypeInfo.Value BY_NAME =
      JsonTypeInfo.Value.construct(
          JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "type", null, false, null);

  @Override
  public Version version() {
    return Version.unknownVersion();
  }

  @Override
  public @Nullable TypeResolverBuilder<?> findTypeResolver(
      MapperConfig<?> config, AnnotatedClass type, JavaType baseType) {
    return isMember(type.getRawType()) ? new StdTypeResolverBuilder(BY_NAME) : null;
  }

  @Override
  public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
    Class<?> type = annotated.getRawType();
    if (!isOurs(type) || !type.isSealed()) {
      return null;
    }
    List<NamedType> members = new ArrayList<>();
    collect(type, members);
    return members;
  }

  @Override
  public @Nullable String findTypeName(AnnotatedClass type) {
    return isMember(type.getRawType()) ? type.getRawType().getSimpleName() : null;
  }

  private static void collect(Class<?> type, List<NamedType> members) {
    if (type.isSealed()) {
      Arrays.stream(type.getPermittedSubclasses()).forEach(c -> collect(c, members));
    } else {
      members.add(new NamedType(type, type.getSimpleName()));
    }
  }

  private static boolean isMember(Class<?> type) {
    return isOurs(type)
        && (type.isSealed() || Arrays.stream(type.getInterfaces()).anyMatch(SealedTypes::isMember));
  }

  private static boolean isOurs(Class<?> type) {
    return type.getName().startsWith("io.drover.actor.");
  }
}
