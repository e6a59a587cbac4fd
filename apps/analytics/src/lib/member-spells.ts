import type { Member } from '@verimeter/registry';

type Spell = Pick<Member, 'groupId' | 'deviceId' | 'role' | 'fromUs' | 'toUs' | 'feeder'>;

/**
 * Memberships of one device in one group and role that overlap or touch as one: a balance counts every spell, and would count such a device twice.
 * Where the later one names another feeder it goes on from where the later one begins.
 *
 * @param members ascending by `fromUs` within a device and group, as the registry lists them
 */
export function uniteSpells<T extends Spell>(members: readonly T[]): T[] {
  const united: T[] = [];
  const lastOf = new Map<string, number>();
  for (const member of members) {
    const key = JSON.stringify([member.groupId, member.deviceId, member.role]);
    const index = lastOf.get(key);
    const last = index === undefined ? undefined : united[index];
    if (index === undefined || last === undefined || member.fromUs > last.toUs) {
      lastOf.set(key, united.push(member) - 1);
      continue;
    }
    const toUs = Math.max(last.toUs, member.toUs);
    if (member.feeder === last.feeder) united[index] = { ...last, toUs };
    else {
      united[index] = { ...last, toUs: member.fromUs };
      lastOf.set(key, united.push({ ...member, toUs }) - 1);
    }
  }
  return united;
}
