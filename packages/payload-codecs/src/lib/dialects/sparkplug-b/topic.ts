/*
 * topic = [ prefix "/" ] "spBv1.0/" group "/" type "/" node [ "/" device ]  /  [ prefix "/" ] "spBv1.0/STATE/" host
 * type  = NBIRTH / NDATA / NDEATH / NCMD, without device  /  DBIRTH / DDATA / DDEATH / DCMD, with it
 */

const NAMESPACE = 'spBv1.0';
const TYPE = /^[ND](?:BIRTH|DATA|DEATH|CMD)$/;

export interface SparkplugTopic {
  /** Up to and with the namespace. */
  readonly prefix: string;
  readonly group: string;
  readonly edge: string;
  readonly type: string;
  /** group "/" edge node */
  readonly node: string;
  /** group "/" edge node [ "/" device ] */
  readonly id: string;
}

/** `none`: state of a host application, which holds no reading; undefined: not such a topic. */
export function readSparkplugTopic(topic: string): SparkplugTopic | 'none' | undefined {
  const levels = topic.split('/');
  const start = levels.indexOf(NAMESPACE);
  if (start < 0) return undefined;
  const [group = '', type = '', edge = '', device, ...rest] = levels.slice(start + 1);
  if (group === 'STATE') return 'none';
  if (!TYPE.test(type) || group === '' || edge === '' || rest.length > 0) return undefined;
  if (type.startsWith('D') ? device === undefined || device === '' : device !== undefined)
    return undefined;
  const node = `${group}/${edge}`;
  const prefix = levels.slice(0, start + 1).join('/');
  return { prefix, group, edge, type, node, id: device === undefined ? node : `${node}/${device}` };
}
