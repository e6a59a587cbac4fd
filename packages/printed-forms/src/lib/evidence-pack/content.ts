import { clockText, type EvidencePack, type Language } from '@verimeter/api-schema';
import type { Block, DocumentContent } from '@verimeter/documents';
import { balancePart } from './balance-part.ts';
import { estimatePart, notClaimedPart } from './estimate-part.ts';
import { legalPart, verificationsPart } from './legal-part.ts';
import { type Printing, printingOf } from './printing.ts';
import { readingsPart } from './readings-part.ts';
import { summaryPart } from './summary-part.ts';

type Pairs = readonly (readonly [string, string])[];

function requestPart({ pack, words, format }: Printing): Block[] {
  const { request } = pack;
  const said = words.request;
  if (request === null) return [{ kind: 'paragraph', text: said.without }];
  const { clock } = request;
  const pairs: Pairs = [
    [said.kind, said.asks[request.kind]],
    [said.number, String(request.id)],
    [said.received, format.date(request.received_on)],
    [said.reference, request.reference ?? words.none],
    [
      said.due,
      request.due_on === null
        ? said.noClock
        : `${format.date(request.due_on)}${request.due_agreed ? ` (${said.agreed})` : ''}`,
    ],
    [said.state, said.timing[request.timing]],
    ...(clock === null
      ? []
      : [
          [said.clock, said.days(clock.amount, clock.unit)] as const,
          [
            said.source,
            `${clock.source}${clock.status === 'unverified' ? ` – ${said.unverified}` : ''}`,
          ] as const,
        ]),
  ];
  return [
    { kind: 'facts', pairs },
    ...(request.note === null
      ? []
      : [{ kind: 'paragraph' as const, text: `${said.note}: ${request.note}` }]),
  ];
}

function devicePart({ pack, words, format }: Printing): Block[] {
  const { device } = pack;
  const said = words.device;
  const maker = [device.manufacturer, device.model].filter((part) => part !== null).join(' ');
  const pairs: Pairs = [
    [said.id, device.device_id],
    [said.kind, said.kinds[device.kind]],
    [said.serial, device.serial ?? words.none],
    [said.maker, maker === '' ? words.none : maker],
    [said.accuracyClass, device.accuracy_class ?? words.none],
    [said.nominal, device.nominal ?? words.none],
    [said.typeApproval, device.type_approval ?? words.none],
    [said.phases, device.phases === null ? words.none : String(device.phases)],
    [said.built, device.built_year === null ? words.none : String(device.built_year)],
    [said.installed, device.installed_on === null ? words.none : format.date(device.installed_on)],
    [said.address, device.address ?? words.none],
  ];
  return [{ kind: 'facts', pairs }];
}

function clockPart({ pack, words, language }: Printing): Block[] {
  const { clock } = pack;
  if (clock === null) return [{ kind: 'paragraph', text: words.clock.none }];
  const { text, action } = clockText(
    {
      state: clock.state,
      offsetSeconds: clock.offset_seconds,
      zoneMinutes: clock.zone_minutes,
      ratePerDay: clock.rate_seconds_per_day,
      intervalSeconds: clock.interval_seconds,
      jumps: clock.jumps,
    },
    language,
  );
  return [{ kind: 'paragraph', text: action === null ? text : `${text} ${action}` }];
}

function nextPart({ pack, words }: Printing): Block[] {
  const utility =
    pack.request?.utility ??
    (pack.device.kind === 'electricity_meter'
      ? 'electricity'
      : pack.device.kind === 'water_meter'
        ? 'water'
        : 'other');
  return [
    ...words.next.utility[utility].map((text, index): Block => ({
      kind: 'paragraph',
      text: `${index + 1}. ${text}`,
    })),
    { kind: 'paragraph', text: words.next.sources, style: 'note' },
  ];
}

function reproducePart({ pack, sha256, words, format }: Printing): Block[] {
  const said = words.reproduce;
  const [estimate] = pack.estimates;
  const pairs: Pairs = [
    [said.id, pack.document_id],
    [said.made, format.instant(pack.made_at)],
    ...(estimate === undefined
      ? []
      : [
          [words.estimate.run, String(estimate.run.id)] as const,
          [words.estimate.model, estimate.model_version] as const,
        ]),
  ];
  const asOf = estimate?.as_of ?? null;
  return [
    { kind: 'paragraph', text: said.lead },
    ...(asOf === null
      ? []
      : [{ kind: 'paragraph' as const, text: said.command(asOf), style: 'strong' as const }]),
    { kind: 'facts', pairs },
    { kind: 'paragraph', text: `${said.sha256}: ${sha256}`, style: 'note' },
    ...(estimate === undefined
      ? []
      : [
          {
            kind: 'paragraph' as const,
            text: `${said.configuration}: ${estimate.run.configuration_sha256}`,
            style: 'note' as const,
          },
        ]),
    {
      kind: 'code',
      text: pack.link ?? pack.document_id,
      label: said.code(pack.document_id),
    },
    { kind: 'signatures', titles: words.signatures },
  ];
}

/**
 * What an evidence pack prints, in plain words. A pure function of the snapshot and its hash: whoever prints it again gets the same bytes.
 */
export function evidencePackContent(
  pack: EvidencePack,
  sha256: string,
  language: Language,
): DocumentContent {
  const printing = printingOf(pack, sha256, language);
  const { words, format } = printing;
  const parts: readonly (readonly [title: string, blocks: readonly Block[]])[] = [
    [words.request.title, requestPart(printing)],
    [words.device.title, devicePart(printing)],
    [words.readings.title, readingsPart(printing)],
    [words.balance.title, balancePart(printing)],
    [words.estimate.title, estimatePart(printing)],
    [words.notClaimed.title, notClaimedPart(printing)],
    [words.legal.title, legalPart(printing)],
    [words.verifications.title, verificationsPart(printing)],
    [words.clock.title, clockPart(printing)],
    [words.next.title, nextPart(printing)],
    [words.reproduce.title, reproducePart(printing)],
  ];
  return {
    title: words.title,
    subtitle: `${pack.document_id} · ${format.date(pack.made_on)} · ${words.device.kinds[pack.device.kind]} ${pack.device.device_id}`,
    issuer: words.issuer(pack.tenant),
    reference: words.reference(pack.document_id, sha256),
    pageLabel: words.page,
    createdAtMs: Date.parse(pack.made_at),
    language,
    blocks: [
      ...summaryPart(printing),
      ...parts.flatMap(([title, blocks], index): Block[] => [
        { kind: 'heading', text: `${index + 1}. ${title}`, level: 2 },
        ...blocks,
      ]),
    ],
  };
}
