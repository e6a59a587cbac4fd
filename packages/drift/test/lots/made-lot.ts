import type { LotInput, LotMember } from '../../src/index.ts';

export const LIMIT = 0.02;

export function lotOf(members: readonly LotMember[], commonSd = 0): LotInput {
  return { lot: 'L', asOfUs: Date.UTC(2026, 10, 1) * 1000, limit: LIMIT, members, commonSd };
}

export const member = (i: number, error?: number, standardError = 0.002): LotMember => ({
  deviceId: `m${String(i).padStart(5, '0')}`,
  ...(error === undefined ? {} : { remote: { error, standardError } }),
});

export const orderOf = (input: LotInput): string[] => input.members.map(({ deviceId }) => deviceId);
