import { z } from 'zod';
import { clockList, clockListQuery } from './clocks.ts';
import { deviceDetail, deviceList, deviceListQuery, devicePath } from './devices.ts';
import { findingChange, findingList, findingListQuery, findingPath, finding } from './findings.ts';
import { groupDetail, groupList, groupListQuery, groupPath } from './groups.ts';
import { healthDetailList, healthList, healthListQuery } from './health.ts';
import { intervalList, intervalListQuery } from './intervals.ts';
import { ledgerList, ledgerListQuery } from './ledger.ts';
import { floodList, floodListQuery } from './floods.ts';
import { eventsQuery } from './live-events.ts';
import type { ProblemCode } from './problems.ts';
import {
  quarantineChange,
  quarantineEntry,
  quarantineGroupList,
  quarantineGroupsQuery,
  quarantineList,
  quarantineListQuery,
  quarantinePath,
  quarantineReplay,
  replayProgress,
  replayRequest,
} from './quarantine.ts';
import { readingList, readingListQuery } from './readings.ts';
import {
  registerEvent,
  registerEventChange,
  registerEventList,
  registerEventListQuery,
  registerEventPath,
} from './register-events.ts';
import { summary } from './summary.ts';
import { type ReaderRole, session, sessionRequest } from './session.ts';

export const API_PREFIX = '/api/v1';

/** One method of one path: the only description of it, for validation, routing and OpenAPI. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `API_PREFIX`, parameters in braces. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Least role; `public`: no key needed. */
  readonly role: ReaderRole | 'public';
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 204;
  /** Undefined: no body, or (for `contentType`) not JSON. */
  readonly response?: z.ZodType;
  readonly contentType?: string;
  /** Besides those every operation of its kind can answer with. */
  readonly problems?: readonly ProblemCode[];
}

const none = z.strictObject({});

export const operations = {
  listDevices: {
    method: 'GET',
    path: '/devices',
    tag: 'Fleet',
    summary: 'Registered devices',
    role: 'viewer',
    params: none,
    query: deviceListQuery,
    status: 200,
    response: deviceList,
    problems: ['invalid_cursor'],
  },
  getDevice: {
    method: 'GET',
    path: '/devices/{device_id}',
    tag: 'Fleet',
    summary: 'A device with its channels and their latest readings',
    role: 'viewer',
    params: devicePath,
    query: none,
    status: 200,
    response: deviceDetail,
    problems: ['not_found'],
  },
  listClocks: {
    method: 'GET',
    path: '/clock-health',
    tag: 'Fleet',
    summary: 'Clocks of the devices, by state, with how many are in each',
    description:
      'What the times of the messages of the last 35 days say. Faults first, then by device. Nothing here is a verdict on what a device measures.',
    role: 'viewer',
    params: none,
    query: clockListQuery,
    status: 200,
    response: clockList,
    problems: ['invalid_cursor'],
  },
  listGroups: {
    method: 'GET',
    path: '/groups',
    tag: 'Fleet',
    summary: 'Balance groups and sensor networks',
    role: 'viewer',
    params: none,
    query: groupListQuery,
    status: 200,
    response: groupList,
    problems: ['invalid_cursor'],
  },
  getGroup: {
    method: 'GET',
    path: '/groups/{group_id}',
    tag: 'Fleet',
    summary: 'A group with its status, members and candidates',
    role: 'viewer',
    params: groupPath,
    query: none,
    status: 200,
    response: groupDetail,
    problems: ['not_found'],
  },
  listReadings: {
    method: 'GET',
    path: '/readings',
    tag: 'Readings',
    summary: 'Readings of one channel, or buckets of them',
    description:
      'Ascending in time; `from` inclusive, `to` exclusive. Buckets follow the calendar of `zone`.',
    role: 'viewer',
    params: none,
    query: readingListQuery,
    status: 200,
    response: readingList,
    problems: ['invalid_cursor', 'not_found'],
  },
  listIntervals: {
    method: 'GET',
    path: '/intervals',
    tag: 'Readings',
    summary: 'What a register counted on a grid, from readings at any times',
    description:
      'Differences of readings at or near the edges of the grid, with what was really measured. Where an edge has no reading, the intervals around it are one; nothing is interpolated. Ascending; those that end after `from`, at `to` at the latest.',
    role: 'viewer',
    params: none,
    query: intervalListQuery,
    status: 200,
    response: intervalList,
    problems: ['invalid_cursor', 'not_found'],
  },
  listRegisterEvents: {
    method: 'GET',
    path: '/register-events',
    tag: 'Readings',
    summary: 'Rollovers, resets, swaps, glitches and runs backwards of registers, newest first',
    role: 'viewer',
    params: none,
    query: registerEventListQuery,
    status: 200,
    response: registerEventList,
    problems: ['invalid_cursor'],
  },
  changeRegisterEvent: {
    method: 'PATCH',
    path: '/register-events/{id}',
    tag: 'Readings',
    summary: 'Confirm or reverse an event of a register, or say that it was of another kind',
    description:
      'Sums count with it at once, estimates from the next analysis on. `state: open` takes it back.',
    role: 'operator',
    params: registerEventPath,
    query: none,
    body: registerEventChange,
    status: 200,
    response: registerEvent,
    problems: ['not_found'],
  },
  listHealth: {
    method: 'GET',
    path: '/health',
    tag: 'Results',
    summary: 'What the data says of each device',
    description: 'An indication is a reason to verify, never a verdict.',
    role: 'viewer',
    params: none,
    query: healthListQuery,
    status: 200,
    response: healthList,
    problems: ['invalid_cursor'],
  },
  getHealth: {
    method: 'GET',
    path: '/health/{device_id}',
    tag: 'Results',
    summary: 'The answer for one device with history and evidence',
    role: 'viewer',
    params: devicePath,
    query: none,
    status: 200,
    response: healthDetailList,
    problems: ['not_found'],
  },
  getSummary: {
    method: 'GET',
    path: '/summary',
    tag: 'Results',
    summary: 'How many devices and groups need attention',
    role: 'viewer',
    params: none,
    query: none,
    status: 200,
    response: summary,
  },
  listFindings: {
    method: 'GET',
    path: '/findings',
    tag: 'Results',
    summary: "Indications worth a person's attention, newest first",
    role: 'viewer',
    params: none,
    query: findingListQuery,
    status: 200,
    response: findingList,
    problems: ['invalid_cursor'],
  },
  changeFinding: {
    method: 'PATCH',
    path: '/findings/{id}',
    tag: 'Results',
    summary: 'Change status or comment of a finding',
    role: 'operator',
    params: findingPath,
    query: none,
    body: findingChange,
    status: 200,
    response: finding,
    problems: ['not_found', 'conflict'],
  },
  listLedger: {
    method: 'GET',
    path: '/ledger',
    tag: 'Account',
    summary: 'The hourly account of all that was received',
    description: 'received = stored + duplicate + conflicting + rejected + pending.',
    role: 'viewer',
    params: none,
    query: ledgerListQuery,
    status: 200,
    response: ledgerList,
    problems: ['invalid_cursor'],
  },
  listFloods: {
    method: 'GET',
    path: '/message-floods',
    tag: 'Account',
    summary: 'Who sent more than 50 messages per second, the latest first',
    description:
      'Nothing is held back or lost for it, but messages of others wait behind those of a flood. Kept for 30 days, at most the last 1,000.',
    role: 'viewer',
    params: none,
    query: floodListQuery,
    status: 200,
    response: floodList,
    problems: ['invalid_cursor'],
  },
  listQuarantine: {
    method: 'GET',
    path: '/quarantine',
    tag: 'Account',
    summary: 'What could not be stored, as it came, newest first',
    role: 'viewer',
    params: none,
    query: quarantineListQuery,
    status: 200,
    response: quarantineList,
    problems: ['invalid_cursor'],
  },
  listQuarantineGroups: {
    method: 'GET',
    path: '/quarantine/groups',
    tag: 'Account',
    summary: 'Quarantine entries by what explains them, most readings first',
    role: 'viewer',
    params: none,
    query: quarantineGroupsQuery,
    status: 200,
    response: quarantineGroupList,
  },
  replayQuarantined: {
    method: 'POST',
    path: '/quarantine/{id}/replay',
    tag: 'Account',
    summary: 'Decode and store a quarantined message again',
    description:
      'After the cause is mended: the device registered, the channel in another unit. What is stored already counts as duplicate, so that a repeated replay changes nothing. An ingest worker does it; 503 where none answers.',
    role: 'operator',
    params: quarantinePath,
    query: none,
    status: 200,
    response: quarantineReplay,
    problems: ['not_found', 'conflict', 'not_ready'],
  },
  changeQuarantined: {
    method: 'PATCH',
    path: '/quarantine/{id}',
    tag: 'Account',
    summary: 'Dismiss an entry, or open it again',
    role: 'operator',
    params: quarantinePath,
    query: none,
    body: quarantineChange,
    status: 200,
    response: quarantineEntry,
    problems: ['not_found'],
  },
  replayQuarantine: {
    method: 'POST',
    path: '/quarantine/replay',
    tag: 'Account',
    summary: 'Replay all open entries, of one reason or one device where given',
    description: 'Answers at once; `GET /quarantine/replays/{id}` tells how far it is.',
    role: 'operator',
    params: none,
    query: none,
    body: replayRequest,
    status: 200,
    response: replayProgress,
  },
  getReplay: {
    method: 'GET',
    path: '/quarantine/replays/{id}',
    tag: 'Account',
    summary: 'How far a replay is',
    role: 'viewer',
    params: quarantinePath,
    query: none,
    status: 200,
    response: replayProgress,
    problems: ['not_found'],
  },
  streamEvents: {
    method: 'GET',
    path: '/events',
    tag: 'Live',
    summary: 'Server-sent events: reading, finding, quarantine',
    description:
      'Each event has an id; a client that comes back with `Last-Event-ID` gets what it missed in the last hour.',
    role: 'viewer',
    params: none,
    query: eventsQuery,
    status: 200,
    contentType: 'text/event-stream',
  },
  signIn: {
    method: 'POST',
    path: '/session',
    tag: 'Session',
    summary: 'Exchange a key for a session cookie',
    role: 'public',
    params: none,
    query: none,
    body: sessionRequest,
    status: 200,
    response: session,
    problems: ['unauthenticated', 'forbidden'],
  },
  getSession: {
    method: 'GET',
    path: '/session',
    tag: 'Session',
    summary: 'Who is asking',
    role: 'viewer',
    params: none,
    query: none,
    status: 200,
    response: session,
  },
  signOut: {
    method: 'DELETE',
    path: '/session',
    tag: 'Session',
    summary: 'End the session',
    role: 'public',
    params: none,
    query: none,
    status: 204,
  },
  getOpenApi: {
    method: 'GET',
    path: '/openapi.json',
    tag: 'Description',
    summary: 'This description',
    role: 'public',
    params: none,
    query: none,
    status: 200,
    response: z.looseObject({ openapi: z.string() }),
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
