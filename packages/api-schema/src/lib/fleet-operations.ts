import { clockList, clockListQuery } from './clocks.ts';
import { deviceDetail, deviceList, deviceListQuery, devicePath } from './devices.ts';
import { groupBalance, groupBalanceQuery } from './group-balance.ts';
import { groupDetail, groupList, groupListQuery, groupPath } from './groups.ts';
import { type Operation, none } from './operation.ts';

/** Devices, their clocks, and the groups they are in. */
export const fleetOperations = {
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
  getGroupBalance: {
    method: 'GET',
    path: '/groups/{group_id}/balance',
    tag: 'Fleet',
    summary: 'What came into a group and what its consumers took, by day or hour',
    description:
      'From the intervals of the members as they were formed for good. The difference holds technical loss, leaks and what is not registered beside errors of meters.',
    role: 'viewer',
    params: groupPath,
    query: groupBalanceQuery,
    status: 200,
    response: groupBalance,
    problems: ['not_found'],
  },
} as const satisfies Record<string, Operation>;
