import type { Dialect, DialectState } from '../foreign/dialect.ts';
import { firstKept } from '../foreign/merge-memory.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { type Meanings, readMeter } from './iec61968-9/meter-readings.ts';
import { children, findElements, parseXml } from './iec61968-9/xml.ts';

/*
 * topic        = as the bridge to the head-end system is set up
 * payload      = XML with MeterReadings, in an EventMessage, a ResponseMessage or by itself; iec61968-9/xml.ts
 * MeterReading = Meter *Readings *IntervalBlocks
 * Readings     = ReadingType timeStamp value *ReadingQualities
 * IntervalBlocks = ReadingType *IntervalReadings{ timeStamp value *ReadingQualities }
 * device       = Meter/mRID, else the name of Meter/Names whose type is MeterUniqueID
 * time         = timeStamp: the end of an interval, with its offset (IE-07); Header/Timestamp is when the message was sent
 * readings     = iec61968-9/reading-types.ts by ReadingType, whichever element they are in (IE-01); qualities iec61968-9/qualities.ts
 */

export const iec61968: Dialect = {
  name: 'iec61968-9',
  title: 'IEC 61968-9 MeterReadings of a head-end system',
  filters: [],
  create: (_, state = new Map()) => ({
    state,
    decode: (findings) => decode(findings, state),
    // which values are the meter's own
    merge: (__, kept, own) => firstKept(kept, own),
  }),
};

function decode(findings: MessageFindings, state: DialectState): void {
  const text = findings.text();
  if (text === undefined) return;
  if (text.trim() === '') {
    findings.silent();
    return;
  }
  const document = parseXml(text);
  if (!document.ok) {
    findings.reject(document.reason, '', document.message);
    return;
  }
  const meanings: Meanings = new Map();
  for (const readings of findElements(document.root, 'MeterReadings'))
    for (const meter of children(readings, 'MeterReading'))
      readMeter(meter, findings, meanings, state);
}
