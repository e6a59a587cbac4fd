import { devicePath } from './devices.ts';
import { healthDetailList, healthList, healthListQuery } from './health.ts';
import { lotList, lotListQuery } from './lots.ts';
import { type Operation, none } from './operation.ts';
import { stakes } from './stakes.ts';
import { summary } from './summary.ts';

/** What the analysis says. */
export const resultOperations = {
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
  listLots: {
    method: 'GET',
    path: '/lots',
    tag: 'Results',
    summary: 'What the estimates of their members say of whole lots',
    description:
      'Sorted by falling probability that more than 5 % of the members are beyond the limit. An indication, never the result of a sampling inspection.',
    role: 'viewer',
    params: none,
    query: lotListQuery,
    status: 200,
    response: lotList,
    problems: ['invalid_cursor'],
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
  getStakes: {
    method: 'GET',
    path: '/stakes',
    tag: 'Results',
    summary: 'How much energy and water is registered wrongly in a year',
    role: 'viewer',
    params: none,
    query: none,
    status: 200,
    response: stakes,
  },
} as const satisfies Record<string, Operation>;
