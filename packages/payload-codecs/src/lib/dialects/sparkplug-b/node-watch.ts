import type { MessageFindings } from '../../foreign/message-findings.ts';
import { writeCommand } from './payload.ts';
import type { SparkplugTopic } from './topic.ts';

/** At most one rebirth request per node in this time. */
const PATIENCE_US = 60e6;
/** Nodes watched; the longest watched is forgotten first. */
const MOST_NODES = 20_000;
const SEQUENCE = 256;

/** Watches whether messages of edge nodes are missing (SP-06), and asks nodes for their births (SP-01). */
export class NodeWatch {
  readonly #checksSequence: boolean;
  readonly #last = new Map<string, number>();
  readonly #askedAtUs = new Map<string, number>();

  constructor(checksSequence: boolean) {
    this.#checksSequence = checksSequence;
  }

  /** Whether messages are missing before this one. 255 is followed by 0, and a birth of the node begins anew. */
  isAfterGap({ type, node }: SparkplugTopic, seq: number | undefined): boolean {
    if (!this.#checksSequence || seq === undefined || type === 'NDEATH') return false;
    const last = this.#last.get(node);
    keep(this.#last, node, seq);
    if (last === undefined || type === 'NBIRTH') return false;
    return seq !== last && seq !== (last + 1) % SEQUENCE;
  }

  /** Asks a node to be born again, unless it was asked just now. */
  askForRebirth(findings: MessageFindings, { prefix, group, edge, node }: SparkplugTopic): void {
    const { receivedAtUs } = findings.message;
    const asked = this.#askedAtUs.get(node);
    if (asked !== undefined && Math.abs(receivedAtUs - asked) < PATIENCE_US) return;
    keep(this.#askedAtUs, node, receivedAtUs);
    findings.command({
      topic: `${prefix}/${group}/NCMD/${edge}`,
      payload: writeCommand('Node Control/Rebirth', receivedAtUs / 1000),
    });
  }
}

function keep(map: Map<string, number>, key: string, value: number): void {
  if (map.size >= MOST_NODES && !map.has(key)) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(key, value);
}
