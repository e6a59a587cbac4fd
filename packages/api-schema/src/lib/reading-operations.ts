import { exceptionList, exceptionListQuery } from './exceptions.ts';
import { intervalList, intervalListQuery } from './intervals.ts';
import { type Operation, none } from './operation.ts';
import { readingList, readingListQuery } from './readings.ts';
import {
  registerEvent,
  registerEventChange,
  registerEventList,
  registerEventListQuery,
  registerEventPath,
} from './register-events.ts';

import { ruleSet, ruleSetChange, ruleSetList } from './validation-rules.ts';
import {
  valueEdit,
  valueVersion,
  valueVersionList,
  valueVersionListQuery,
} from './value-versions.ts';

/** Readings, intervals and events of registers, validation. */
export const readingOperations = {
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
  listExceptions: {
    method: 'GET',
    path: '/exceptions',
    tag: 'Readings',
    summary: 'What validation found in the readings, newest first',
    description:
      'One item for a run of readings. The same is in `quality` of each reading. An exception says that a reading is to be looked at, not that it is wrong.',
    role: 'viewer',
    params: none,
    query: exceptionListQuery,
    status: 200,
    response: exceptionList,
    problems: ['invalid_cursor'],
  },
  getValidationRules: {
    method: 'GET',
    path: '/validation/rules',
    tag: 'Readings',
    summary: 'The rules that readings are validated by, all versions, the latest first',
    role: 'viewer',
    params: none,
    query: none,
    status: 200,
    response: ruleSetList,
  },
  changeValidationRules: {
    method: 'PUT',
    path: '/validation/rules',
    tag: 'Readings',
    summary: 'Another version of the rules',
    description:
      'Parameters that are left out stay as they are in the latest version. Days that it holds for are validated again within minutes.',
    role: 'operator',
    params: none,
    query: none,
    body: ruleSetChange,
    status: 200,
    response: ruleSet,
  },
  listValueVersions: {
    method: 'GET',
    path: '/value-versions',
    tag: 'Readings',
    summary: 'What stands beside the readings of a channel and stood there before: who, when, why',
    description:
      'Estimates and edits, by time and version. With `ts` all versions of one value, the reading itself as version 0.',
    role: 'viewer',
    params: none,
    query: valueVersionListQuery,
    status: 200,
    response: valueVersionList,
    problems: ['invalid_cursor', 'not_found'],
  },
  editValue: {
    method: 'POST',
    path: '/value-versions',
    tag: 'Readings',
    summary: 'Replace, fill, confirm or reject a single value, or undo that',
    description:
      'A new version beside the reading, which stays; no estimate takes its place. The same edit again changes nothing and answers with the version that is there. Estimates of errors of meters do not see it.',
    role: 'operator',
    params: none,
    query: none,
    body: valueEdit,
    status: 200,
    response: valueVersion,
    problems: ['not_found', 'conflict'],
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
} as const satisfies Record<string, Operation>;
