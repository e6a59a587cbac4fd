import { describe, expect, test } from 'vitest';
import {
  QUANTITIES,
  findQuantity,
  isIdentifier,
  normalizeUnit,
  quantityOfObis,
  sameUnit,
} from '../src/index.ts';

describe('units', () => {
  test('every unit of the catalogue is its own canonical form', () => {
    for (const quantity of QUANTITIES)
      for (const unit of [quantity.unit, ...(quantity.alternativeUnits ?? [])])
        expect(normalizeUnit(unit), `${quantity.name} ${unit}`).toEqual({ unit, factor: 1 });
  });

  test('spellings of one unit are the same, multiples are not', () => {
    expect(sameUnit('kWh', 'kW.h')).toBe(true);
    expect(sameUnit('Wh', 'kW.h')).toBe(false);
  });

  test('mass concentration and mixing ratio of a gas are never converted', () => {
    expect(normalizeUnit('[ppb]')?.unit).not.toBe(normalizeUnit('[ppm]')?.unit);
    expect(sameUnit('ug/m3', '[ppb]')).toBe(false);
  });

  test('names inherited from Object are not units or quantities', () => {
    expect(normalizeUnit('constructor')).toBeUndefined();
    expect(findQuantity('__proto__')).toBeUndefined();
  });

  test('OBIS codes are aliases, with or without the group F of the current value', () => {
    expect(quantityOfObis('1-0:1.8.0*255')?.name).toBe('active_energy_import');
    expect(quantityOfObis('8-0:1.0.0')?.name).toBe('water_volume');
  });

  test('identifiers', () => {
    expect(isIdentifier('E-0113')).toBe(true);
    expect(isIdentifier('a'.repeat(128))).toBe(true);
    expect(isIdentifier('a'.repeat(129))).toBe(false);
    expect(isIdentifier('')).toBe(false);
    expect(isIdentifier('a/b')).toBe(false);
    expect(isIdentifier('a b')).toBe(false);
  });
});
