import type { StoredMember } from './registry-statements.ts';

/** Whether two memberships of one device cannot both hold. */
function excludes(left: StoredMember, right: StoredMember): boolean {
  if (left.toUs <= right.fromUs || right.toUs <= left.fromUs) return false;
  if (left.groupId === right.groupId) return true;
  // A consumer's energy flows from one area only; a supply meter may be a consumer of the area above it.
  return (
    left.role === 'consumer' && right.role === 'consumer' && left.groupKind === right.groupKind
  );
}

const keyOf = (member: StoredMember): string =>
  `${member.groupId}\n${member.deviceId}\n${member.fromUs}`;

/**
 * Decides which of the wanted memberships hold beside the stored ones and each other: in order of device, start and
 * group, so that the order of rows in the file does not matter. A wanted row replaces the stored one of its key.
 * Returns, per wanted member, the membership in its way or undefined.
 */
export function findOverlaps(
  stored: readonly StoredMember[],
  wanted: readonly StoredMember[],
): ReadonlyMap<StoredMember, StoredMember> {
  const replaced = new Set(wanted.map(keyOf));
  const held = new Map<string, StoredMember[]>();
  for (const member of stored) {
    if (replaced.has(keyOf(member))) continue;
    const list = held.get(member.deviceId);
    if (list === undefined) held.set(member.deviceId, [member]);
    else list.push(member);
  }
  const overlaps = new Map<StoredMember, StoredMember>();
  for (const member of wanted.toSorted(byStart)) {
    const list = held.get(member.deviceId) ?? [];
    const other = list.find((candidate) => excludes(candidate, member));
    if (other === undefined) held.set(member.deviceId, [...list, member]);
    else overlaps.set(member, other);
  }
  return overlaps;
}

function byStart(left: StoredMember, right: StoredMember): number {
  if (left.deviceId !== right.deviceId) return left.deviceId < right.deviceId ? -1 : 1;
  if (left.fromUs !== right.fromUs) return left.fromUs < right.fromUs ? -1 : 1;
  if (left.groupId === right.groupId) return 0;
  return left.groupId < right.groupId ? -1 : 1;
}
