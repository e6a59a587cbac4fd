import type { Member } from '@verimeter/registry';

/**
 * Memberships of one group without overlaps of one device, which would stand beside itself: those of one role that overlap are one (the same
 * list imported again with another start); of another role the later one holds from its start on. By device and start.
 */
export function singleMemberships(members: readonly Member[]): Member[] {
  const single: Member[] = [];
  for (const member of members.toSorted(byDeviceAndStart)) {
    const before = single.at(-1);
    if (before?.deviceId !== member.deviceId || before.toUs <= member.fromUs) {
      single.push(member);
      continue;
    }
    single.pop();
    if (before.role === member.role)
      single.push({ ...before, toUs: Math.max(before.toUs, member.toUs) });
    else {
      if (before.fromUs < member.fromUs) single.push({ ...before, toUs: member.fromUs });
      single.push(member);
    }
  }
  return single;
}

function byDeviceAndStart(a: Member, b: Member): number {
  if (a.deviceId !== b.deviceId) return a.deviceId < b.deviceId ? -1 : 1;
  return a.fromUs === b.fromUs ? 0 : a.fromUs - b.fromUs;
}
