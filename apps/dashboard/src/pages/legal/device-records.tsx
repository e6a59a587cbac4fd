import type { VerificationItem } from '@verimeter/api-schema';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { ListFoot } from '../../components/list-foot.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { usePages } from '../../lib/use-pages.ts';
import { PointTable } from '../verifications/record-details.tsx';
import { RecordTable } from '../verifications/record-list.tsx';

/** Records of a device, the newest with its test points. */
export function DeviceRecords({ deviceId }: { readonly deviceId: string }) {
  const { t } = useText();
  const texts = t.legal.device;
  const list = usePages<VerificationItem>('/verifications', { device_id: deviceId, limit: 20 });
  const [newest] = list.items;
  return (
    <div className="device-records">
      <h3>{texts.records}</h3>
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={3} />}
      {list.items.length > 0 && <RecordTable items={list.items} withDevice={false} />}
      {newest !== undefined && newest.points.length > 0 && (
        <div className="newest-points">
          <h4>{t.legal.points.title}</h4>
          <PointTable item={newest} />
        </div>
      )}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>{texts.recordsEmpty}</Empty>
      )}
      {list.hasMore && <ListFoot list={list} />}
    </div>
  );
}
