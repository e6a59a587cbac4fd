import { FLAG, type TsSource, findQuantity, normalizeUnit } from '@verimeter/telemetry';
import type { Findings } from './decoded.ts';
import { IMPLAUSIBLE, futureFlag, isPlausible, readInstant } from './instant.ts';
import { type JsonObject, type JsonValue, isObject, member, printable, typeName } from './json.ts';

/*
 * payload  = record / "[" record *( "," record ) "]"
 * record   = sample / profile, each with optional "device_id" and "tenant", which must be the topic's
 * sample   = { ["ts": instant], "values": { 1*( quantity: number ) }, ["units": { quantity: unit }] }
 * profile  = { "start": instant, "step": seconds, "quantity": quantity, "values": [ *( number / null ) ], ["unit": unit] }
 *          / { "start": instant, "step": seconds, "profiles": { 1*( quantity: [ *( number / null ) ] ) },
 *              ["units": { quantity: unit }] }
 * Value i of a profile is AT start + i * step. Other members of a record are ignored.
 */

const MIN_STEP_S = 0.001;
const MAX_STEP_S = 366 * 86_400;

/** Readings of the native form; what is wrong with one of them does not touch the others. */
export function decodeNativeReadings(payload: JsonValue, findings: Findings): void {
  if (!Array.isArray(payload)) {
    decodeRecord(payload, '', findings);
    return;
  }
  if (payload.length === 0) findings.reject('malformed', '', 'the array holds no record');
  for (const [index, record] of payload.entries()) {
    decodeRecord(record, `[${index}]`, findings);
  }
}

function decodeRecord(record: JsonValue, path: string, findings: Findings): void {
  if (!isObject(record)) {
    findings.reject(
      'wrong_type',
      path,
      `a record is an object such as {"ts":…,"values":{…}}, not ${typeName(record)}`,
    );
    return;
  }
  if (!namesTheTopicsDevice(record, path, findings)) return;
  const isProfile =
    Object.hasOwn(record, 'profiles') ||
    Object.hasOwn(record, 'quantity') ||
    Object.hasOwn(record, 'start') ||
    Object.hasOwn(record, 'step');
  if (isProfile) decodeProfiles(record, path, findings);
  else decodeSample(record, path, findings);
}

function namesTheTopicsDevice(record: JsonObject, path: string, findings: Findings): boolean {
  const { deviceId, tenant } = findings.context;
  return (
    namesTheTopics(record, 'device_id', deviceId, path, findings) &&
    namesTheTopics(record, 'tenant', tenant, path, findings)
  );
}

function namesTheTopics(
  record: JsonObject,
  key: string,
  topicValue: string,
  path: string,
  findings: Findings,
): boolean {
  const named = member(record, key);
  if (named === undefined || named === topicValue) return true;
  const field = join(path, key);
  const count = countReadings(record);
  if (typeof named === 'string') {
    const message = `the payload names ${printable(named)}, the topic ${topicValue}`;
    findings.reject('topic_mismatch', field, message, count);
  } else {
    findings.reject('wrong_type', field, `must be a text, not ${typeName(named)}`, count);
  }
  return false;
}

function decodeSample(record: JsonObject, path: string, findings: Findings): void {
  const values = member(record, 'values');
  const field = join(path, 'values');
  if (values === undefined) {
    findings.reject('malformed', field, '"values" is missing: {"ts":…,"values":{quantity:number}}');
    return;
  }
  if (!isObject(values)) {
    const message = `must be an object {quantity:number}, not ${typeName(values)}`;
    findings.reject('wrong_type', field, message, countReadings(record));
    return;
  }
  const names = Object.keys(values);
  if (names.length === 0) {
    findings.reject('malformed', field, 'holds no value');
    return;
  }
  const { receivedAtUs } = findings.context;
  const ts = member(record, 'ts');
  let tsUs = receivedAtUs;
  let tsSource: TsSource = 'arrival';
  if (ts !== undefined) {
    const instant = readInstant(ts);
    if (!instant.ok) {
      findings.reject(instant.reason, join(path, 'ts'), instant.message, names.length);
      return;
    }
    if (!isPlausible(instant.tsUs, receivedAtUs)) {
      findings.reject(
        'implausible_time',
        join(path, 'ts'),
        IMPLAUSIBLE,
        names.length,
        instant.tsUs,
      );
      return;
    }
    tsUs = instant.tsUs;
    tsSource = 'device';
  } else {
    findings.usesArrivalTime = true;
  }
  const flags = tsSource === 'arrival' ? FLAG.arrivalTime : futureFlag(tsUs, receivedAtUs);
  const { deviceId } = findings.context;
  for (const quantity of names) {
    const value = values[quantity];
    if (findQuantity(quantity) === undefined || !Number.isFinite(value)) {
      const at = `${field}.${printable(quantity)}`;
      if (!isKnownQuantity(quantity, at, 1, findings)) continue;
      if (readUnit(record, quantity, 1, path, findings).ok) isNumber(value, at, findings);
      continue;
    }
    const unit = readUnit(record, quantity, 1, path, findings);
    if (!unit.ok || typeof value !== 'number') continue;
    findings.readings.push(
      unit.unit === undefined
        ? { deviceId, quantity, tsUs, value, tsSource, flags }
        : { deviceId, quantity, tsUs, value, tsSource, flags, unit: unit.unit },
    );
  }
}

function decodeProfiles(record: JsonObject, path: string, findings: Findings): void {
  const count = countReadings(record);
  const grid = readGrid(record, path, count, findings);
  if (grid === undefined) return;
  const profiles = member(record, 'profiles');
  if (profiles === undefined) {
    const quantity = member(record, 'quantity');
    if (typeof quantity !== 'string') {
      const reason = quantity === undefined ? 'malformed' : 'wrong_type';
      const message = 'a profile needs "quantity" (a text) with "values", or "profiles"';
      findings.reject(reason, join(path, 'quantity'), message, count);
      return;
    }
    decodeProfile(record, quantity, member(record, 'values'), 'values', grid, path, findings);
    return;
  }
  if (Object.hasOwn(record, 'quantity') || Object.hasOwn(record, 'values')) {
    const message = 'send "quantity" with "values", or "profiles", not both';
    findings.reject('malformed', join(path, 'profiles'), message, count);
    return;
  }
  if (!isObject(profiles)) {
    const message = `must be an object {quantity:[number,…]}, not ${typeName(profiles)}`;
    findings.reject('wrong_type', join(path, 'profiles'), message);
    return;
  }
  const names = Object.keys(profiles);
  if (names.length === 0) findings.reject('malformed', join(path, 'profiles'), 'holds no profile');
  for (const quantity of names) {
    const key = `profiles.${printable(quantity)}`;
    decodeProfile(record, quantity, profiles[quantity], key, grid, path, findings);
  }
}

interface Grid {
  readonly startUs: number;
  readonly stepUs: number;
}

function readGrid(
  record: JsonObject,
  path: string,
  count: number,
  findings: Findings,
): Grid | undefined {
  const start = member(record, 'start');
  const step = member(record, 'step');
  if (start === undefined || step === undefined) {
    const missing = start === undefined ? 'start' : 'step';
    const message = `"${missing}" is missing: a profile needs "start" and "step" (seconds)`;
    findings.reject('malformed', join(path, missing), message, count);
    return undefined;
  }
  const instant = readInstant(start);
  if (!instant.ok) {
    findings.reject(instant.reason, join(path, 'start'), instant.message, count);
    return undefined;
  }
  const field = join(path, 'step');
  if (!isNumber(step, field, findings, count)) return undefined;
  if (step < MIN_STEP_S || step > MAX_STEP_S) {
    const message = `must be seconds from ${MIN_STEP_S} to ${MAX_STEP_S}`;
    findings.reject('bad_time', field, message, count);
    return undefined;
  }
  return { startUs: instant.tsUs, stepUs: step * 1e6 };
}

function decodeProfile(
  record: JsonObject,
  quantity: string,
  values: JsonValue | undefined,
  key: string,
  grid: Grid,
  path: string,
  findings: Findings,
): void {
  const field = join(path, key);
  if (!Array.isArray(values)) {
    const reason = values === undefined ? 'malformed' : 'wrong_type';
    const found = values === undefined ? 'it is missing' : `not ${typeName(values)}`;
    findings.reject(reason, field, `must be an array of numbers and nulls, ${found}`);
    return;
  }
  const count = countValues(values);
  const at = key === 'values' ? join(path, 'quantity') : field;
  if (count === 0 || !isKnownQuantity(quantity, at, count, findings)) return;
  const unit = readUnit(record, quantity, count, path, findings);
  if (!unit.ok) return;
  const { deviceId, receivedAtUs } = findings.context;
  const canonical = unit.unit;
  let implausible = 0;
  let firstImplausible = 0;
  let implausibleUs = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === null) continue;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      isNumber(value, `${field}[${index}]`, findings);
      continue;
    }
    const tsUs = Math.round(grid.startUs + index * grid.stepUs);
    if (!isPlausible(tsUs, receivedAtUs)) {
      if (implausible === 0) firstImplausible = index;
      implausible += 1;
      implausibleUs = tsUs; // the last one is the newest
      continue;
    }
    const flags = futureFlag(tsUs, receivedAtUs);
    findings.readings.push(
      canonical === undefined
        ? { deviceId, quantity, tsUs, value, tsSource: 'device', flags }
        : { deviceId, quantity, tsUs, value, tsSource: 'device', flags, unit: canonical },
    );
  }
  if (implausible > 0) {
    const message = `${IMPLAUSIBLE} (${implausible} values of the profile)`;
    findings.reject(
      'implausible_time',
      `${field}[${firstImplausible}]`,
      message,
      implausible,
      implausibleUs,
    );
  }
}

function isKnownQuantity(
  quantity: string,
  field: string,
  count: number,
  findings: Findings,
): boolean {
  if (findQuantity(quantity) !== undefined) return true;
  const message = `${printable(quantity)} is not in the quantity catalogue`;
  findings.reject('unknown_quantity', field, message, count);
  return false;
}

function isNumber(
  value: JsonValue | undefined,
  field: string,
  findings: Findings,
  count = 1,
): value is number {
  if (typeof value !== 'number') {
    const found = value === undefined ? 'nothing' : typeName(value);
    findings.reject('wrong_type', field, `must be a JSON number, not ${found}`, count);
    return false;
  }
  if (Number.isFinite(value)) return true;
  findings.reject('not_finite', field, 'the number is beyond the range of a double', count);
  return false;
}

/**
 * The canonical unit stated for a quantity. Native values are not converted: only other spellings of one unit are
 * accepted, `Wh` for kW.h is not.
 */
function readUnit(
  record: JsonObject,
  quantity: string,
  count: number,
  path: string,
  findings: Findings,
): { ok: true; unit?: string } | { ok: false } {
  const units = member(record, 'units');
  const single = Object.hasOwn(record, 'quantity') ? member(record, 'unit') : undefined;
  if (units === undefined && single === undefined) return { ok: true };
  const stated = single ?? (isObject(units) ? member(units, quantity) : units);
  if (stated === undefined) return { ok: true };
  const field = single === undefined ? `${join(path, 'units')}.${quantity}` : join(path, 'unit');
  if (typeof stated !== 'string') {
    findings.reject('wrong_type', field, `a unit is a text, not ${typeName(stated)}`, count);
    return { ok: false };
  }
  const conversion = normalizeUnit(stated);
  if (conversion?.factor === 1) return { ok: true, unit: conversion.unit };
  const message = `${printable(stated)} is not a unit this quantity can be stored in without conversion`;
  findings.reject('bad_unit', field, message, count);
  return { ok: false };
}

const countValues = (values: readonly JsonValue[]): number =>
  values.reduce<number>((count, value) => (value === null ? count : count + 1), 0);

/** Readings a record stands for where it is rejected as a whole; at least 1. */
function countReadings(record: JsonObject): number {
  const values = member(record, 'values');
  const profiles = member(record, 'profiles');
  let count = 0;
  if (Array.isArray(values)) count = countValues(values);
  else if (isObject(values)) count = Object.keys(values).length;
  if (isObject(profiles)) {
    for (const profile of Object.values(profiles)) {
      count += Array.isArray(profile) ? countValues(profile) : 1;
    }
  }
  return Math.max(count, 1);
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
