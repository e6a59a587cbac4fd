import { type OwnFinding, withOwnFinding } from '@verimeter/drift';

/** Names the checks of single devices and their constants; changes whenever one of them may find something else. */
export const DEVICE_CHECKS_VERSION = 'devices-2';

type Said = Parameters<typeof withOwnFinding>[0];

/**
 * What is said of a device with what its own channels contradict. A supply or a reference is what others are compared with and keeps its
 * answer (no_reference, none), with the evidence beside.
 */
export function saidWithOwn(
  said: Said,
  finding: OwnFinding | undefined,
  role: string | undefined,
): Said {
  if (finding === undefined) return said;
  const isAnchor = role === 'supply' || role === 'supply_out' || role === 'reference';
  return withOwnFinding(said, isAnchor ? { ...finding, indication: undefined } : finding);
}
