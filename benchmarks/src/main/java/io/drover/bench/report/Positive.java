package io.drover.bench.report;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A whole number from 1. */
public final class Positive implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String text) {
    int number = Integer.parseInt(text);
    if (number < 1) {
      throw new TypeConversionException("'%s' is below 1".formatted(text));
    }
    return number;
  }
}
