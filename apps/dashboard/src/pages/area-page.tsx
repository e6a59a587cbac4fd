import type { GroupDetail, Health, Member } from '@verimeter/api-schema';
import type { Recommendation } from '@verimeter/telemetry';
import { BalanceCard } from './balance-card.tsx';
import { GroupStatusBadge, IndicationBadge } from '../components/badge.tsx';
import { Empty, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { MemberError } from '../components/member-error.tsx';
import { ProvisionalNote } from '../components/provisional-note.tsx';
import { useText, useTitle } from '../i18n/i18n.tsx';
import { get, getAll } from '../lib/api-client.ts';
import { estimateOf } from '../lib/estimate.ts';
import { deviceHref, href } from '../lib/routing.ts';
import { useResource } from '../lib/use-resource.ts';

function Period({ member }: { readonly member: Member }) {
  const { t, format } = useText();
  const parts = [
    member.from === null ? '' : t.areas.from(format.date(member.from)),
    member.to === null ? '' : t.areas.to(format.date(member.to)),
  ].filter((part) => part !== '');
  return parts.length === 0 ? t.areas.always : parts.join(' ');
}

const URGENCY: Readonly<Record<Recommendation, number>> = {
  reverify: 6,
  inspect: 4,
  watch: 2,
  none: 0,
};

/** Higher: to be looked at sooner. What needs the same is ordered by the probability of being beyond the limit. */
function urgencyOf(row: Health | undefined): number {
  return row === undefined ? -1 : URGENCY[row.recommendation] + (row.probability_over_limit ?? 0);
}

interface MembersProps {
  readonly members: readonly Member[];
  /** Answers by device: one per quantity of a sensor. */
  readonly health: ReadonlyMap<string, readonly Health[]>;
}

function Members({ members, health }: MembersProps) {
  const { t, words } = useText();
  if (members.length === 0) return <Empty>{t.areas.membersEmpty}</Empty>;
  const rows = members
    .flatMap((member) => {
      const answers: readonly (Health | undefined)[] = health.get(member.device_id) ?? [undefined];
      return answers.map((row) => ({ member, row }));
    })
    .toSorted((a, b) => urgencyOf(b.row) - urgencyOf(a.row));
  const several = [...health.values()].some((answers) => answers.length > 1);
  // columns that would be empty in every line: a network has neither feeders nor, mostly, dates
  const fed = members.some(({ feeder }) => feeder !== null);
  const dated = members.some(({ from, to }) => from !== null || to !== null);
  return (
    <div className="table-frame">
      <table className="stacking">
        <thead>
          <tr>
            <th scope="col">{t.areas.device}</th>
            <th scope="col">{t.areas.role}</th>
            {several && <th scope="col">{t.device.quantity}</th>}
            <th scope="col">{t.fleet.indication}</th>
            <th scope="col" className="number">
              {t.device.estimate}
            </th>
            {fed && <th scope="col">{t.areas.feeder}</th>}
            {dated && <th scope="col">{t.areas.period}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ member, row }) => {
            const indication = row?.indication;
            const quantity = row?.quantity ?? '';
            const estimate = row === undefined ? undefined : estimateOf(row);
            return (
              <tr key={`${member.device_id} ${member.from ?? ''} ${quantity}`}>
                <th scope="row" data-label={t.areas.device}>
                  <a href={deviceHref(member.device_id)}>{member.device_id}</a>
                </th>
                <td data-label={t.areas.role}>{words.role[member.role]}</td>
                {several && (
                  <td data-label={t.device.quantity}>{words.quantity[quantity] ?? quantity}</td>
                )}
                <td data-label={t.fleet.indication}>
                  {indication === undefined ? (
                    t.common.none
                  ) : (
                    <IndicationBadge value={indication} />
                  )}
                </td>
                <td className="number" data-label={t.device.estimate}>
                  {estimate === undefined ? t.common.none : <MemberError estimate={estimate} />}
                </td>
                {fed && <td data-label={t.areas.feeder}>{member.feeder ?? t.common.none}</td>}
                {dated && (
                  <td data-label={t.areas.period}>
                    <Period member={member} />
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Candidates({ group }: { readonly group: GroupDetail }) {
  const { t, format } = useText();
  if (group.candidates.length === 0) return null;
  return (
    <section className="card">
      <h2>{t.areas.candidates}</h2>
      <p className="hint">{t.areas.candidatesLead}</p>
      <ul className="candidates">
        {group.candidates.map((candidate) => (
          <li key={candidate.device_id}>
            <a href={deviceHref(candidate.device_id)}>{candidate.device_id}</a>
            <meter
              min={0}
              max={1}
              value={Math.max(0, candidate.correlation)}
              aria-label={t.areas.correlation}
            />
            <span className="number">
              {t.areas.correlation} {format.number(candidate.correlation, 2)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface AreaPageProps {
  readonly groupId: string;
  readonly params: URLSearchParams;
}

export function AreaPage({ groupId, params }: AreaPageProps) {
  const { t, words, format } = useText();
  useTitle(groupId);
  const group = useResource(`group ${groupId}`, (signal) =>
    get<GroupDetail>(`/groups/${encodeURIComponent(groupId)}`, {}, signal),
  );
  const health = useResource(`health of ${groupId}`, (signal) =>
    getAll<Health>('/health', { group: groupId }, 5000, signal),
  );
  const back = (
    <p className="crumbs">
      <a href={href('/areas')}>{t.common.backToAreas}</a>
    </p>
  );
  if (group.error !== undefined)
    return (
      <>
        {back}
        <h1>{groupId}</h1>
        <ProblemNote error={group.error} retry={group.reload} />
      </>
    );
  if (group.data === undefined)
    return (
      <>
        {back}
        <h1>{groupId}</h1>
        <Skeleton lines={8} />
      </>
    );
  const { data } = group;
  const texts = data.status === null ? undefined : words.groupStatus[data.kind][data.status];
  const byDevice = new Map<string, Health[]>();
  for (const row of health.data?.items ?? [])
    byDevice.set(
      row.device_id,
      [...(byDevice.get(row.device_id) ?? []), row].toSorted((a, b) =>
        a.quantity < b.quantity ? -1 : 1,
      ),
    );
  return (
    <>
      {back}
      <div className="page-head">
        <h1>{groupId}</h1>
        <p className="lead">
          {data.name !== null && `${data.name} · `}
          {words.groupKind[data.kind]}
          {data.technical_loss !== null &&
            ` · ${t.areas.technicalLoss} ${format.percent(data.technical_loss)}`}
        </p>
      </div>
      <section className="card verdict">
        <div className="verdict-head">
          <GroupStatusBadge kind={data.kind} value={data.status} />
          {data.as_of !== null && (
            <span className="hint">
              {t.common.asOf} {format.date(data.as_of)}
            </span>
          )}
        </div>
        {texts !== undefined && <p>{texts[1]}</p>}
        <ProvisionalNote value={data.provisional} />
        {texts !== undefined && texts[2] !== '' && (
          <p>
            <strong>{t.areas.whatToDo}:</strong> {texts[2]}
          </p>
        )}
      </section>
      <Candidates group={data} />
      <BalanceCard group={data} params={params} />
      <h2>{t.areas.members}</h2>
      <Members members={data.members} health={byDevice} />
    </>
  );
}
