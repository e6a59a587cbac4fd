import type { Group } from '@verimeter/api-schema';
import { GroupStatusBadge } from '../../components/badge.tsx';
import { CardOf } from '../../components/card-of.tsx';
import { useText } from '../../i18n/i18n.tsx';
import type { Page } from '../../lib/api-client.ts';
import { areaHref, href } from '../../lib/routing.ts';
import type { Resource } from '../../lib/use-resource.ts';

/** The areas whose balance has to be cleared up before their meters can be judged. */
export function AreasCard({ resource }: { readonly resource: Resource<Page<Group>> }) {
  const { t, words } = useText();
  return (
    <CardOf
      title={t.overview.areas}
      link={{ href: href('/areas'), text: t.nav.areas }}
      resource={resource}
    >
      {({ items }) =>
        items.length === 0 ? (
          <p className="empty">{t.overview.areasNone}</p>
        ) : (
          <ul className="plain-list">
            {items.map((group) => (
              <li key={group.group_id}>
                <a href={areaHref(group.group_id)}>{group.group_id}</a> {group.name}{' '}
                <GroupStatusBadge kind={group.kind} value={group.status} />
                {group.status !== null && (
                  <span className="sub">{words.groupStatus[group.kind][group.status][2]}</span>
                )}
              </li>
            ))}
          </ul>
        )
      }
    </CardOf>
  );
}
