import { orRefused, type Refused } from '../or-refused.ts';
import { type JudgedQuantity, judgeQuantity, type QuantityVerdict } from './judge-quantity.ts';
import type { QuantityNetwork } from './quantity-network.ts';

export type NetworkVerdict =
  | Refused
  | { readonly judged: JudgedQuantity; readonly verdict: QuantityVerdict };

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
