import { type JudgedQuantity, judgeQuantity, type QuantityVerdict } from './judge-quantity.ts';
import type { QuantityNetwork } from './quantity-network.ts';

/** Numbers that defy the model, and in which way. */
export interface Refused {
  readonly refused: string;
}

export type NetworkVerdict =
  | Refused
  | { readonly judged: JudgedQuantity; readonly verdict: QuantityVerdict };

export function orRefused<T>(compute: () => T): T | Refused {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { refused: error.message };
  }
}

/** One quantity over all networks of a tenant but those whose numbers defy the model: these are refused, and the others learn nothing of them. */
export function judgeOrRefuse(
  networks: readonly QuantityNetwork[],
): Map<QuantityNetwork, NetworkVerdict> {
  if (networks.length === 0) return new Map();
  const verdict = orRefused(() => judgeQuantity(networks));
  if (!('refused' in verdict))
    return new Map(verdict.networks.map((judged) => [judged.network, { judged, verdict }]));
  const refused = new Map<QuantityNetwork, Refused>();
  for (const network of networks) {
    const alone = networks.length === 1 ? verdict : orRefused(() => judgeQuantity([network]));
    if ('refused' in alone) refused.set(network, alone);
  }
  // each can be judged, all of them together cannot
  if (refused.size === 0) return new Map(networks.map((network) => [network, verdict]));
  return new Map([
    ...refused,
    ...judgeOrRefuse(networks.filter((network) => !refused.has(network))),
  ]);
}
