import { describe, expect, test } from 'vitest';
import { decode } from '../src/index.ts';
import { bytes } from './bytes.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z') * 1000;
const say = (channel: string, text: string) =>
  decode(`verimeter/v1/demo/M1/${channel}`, bytes(text), { receivedAtUs: NOON });

describe('events', () => {
  test('an event with its detail', () => {
    const decoded = say(
      'events',
      '{"ts":"2026-11-23T11:00:00Z","event":"cover_open","state":"active","detail":"terminal"}',
    );
    expect(decoded.events).toEqual([
      {
        deviceId: 'M1',
        tsUs: NOON - 3600e6,
        event: 'cover_open',
        state: 'active',
        detail: 'terminal',
      },
    ]);
    expect(decoded.received).toBe(0);
  });

  test.each([
    ['{"ts":"2026-11-23T11:00:00Z","event":"x","state":"open"}', 'malformed', 'state'],
    ['{"ts":"2026-11-23T11:00:00Z","event":7,"state":"past"}', 'wrong_type', 'event'],
    ['{"ts":"2026-11-23T11:00:00","event":"x","state":"past"}', 'missing_zone', 'ts'],
    ['{"ts":"2001-11-23T11:00:00Z","event":"x","state":"past"}', 'implausible_time', 'ts'],
    ['{"device_id":"M2","event":"x","state":"past"}', 'topic_mismatch', 'device_id'],
    ['"leak"', 'wrong_type', ''],
  ])('%s is %s', (text, reason, field) => {
    expect(say('events', text).rejects).toMatchObject([{ reason, field, count: 1 }]);
  });

  test('a NUL in a detail cannot reach the database', () => {
    const decoded = say('events', String.raw`{"event":"x","state":"past","detail":"a\u0000b"}`);
    expect(decoded.events).toMatchObject([{ detail: 'a\u{fffd}b' }]);
  });
});

describe('status', () => {
  test.each([
    ['online', true],
    ['offline\n', false],
    ['"online"', true],
  ])('%j', (text, online) => {
    expect(say('status', text)).toMatchObject({ online, received: 0, rejects: [] });
  });

  test('anything else is malformed', () => {
    expect(say('status', 'maybe')).toMatchObject({ online: undefined, received: 1 });
  });
});
