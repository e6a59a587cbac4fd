import type { MapTexts } from './map-en.ts';

export const mapVi: MapTexts = {
  label: (count) => `Bản đồ ${count} thiết bị`,
  keys: 'Phím mũi tên di chuyển bản đồ, + và − phóng to, thu nhỏ, 0 xem tất cả. Với con lăn: giữ Ctrl hoặc bấm vào bản đồ trước.',
  nearer: 'Phóng to',
  farther: 'Thu nhỏ',
  all: 'Xem tất cả',
  metres: (length) => `${length} m`,
  kilometres: (length) => `${length} km`,
  cluster: (count) => `${count} thiết bị ở đây`,
  legend: 'Khuyến nghị',
  list: 'Xem dạng danh sách',
  device: 'Thiết bị',
  place: 'Vĩ độ, kinh độ',
  area: 'Khu vực',
  address: 'Địa chỉ',
  view: 'Cách xem',
  views: { list: 'Danh sách', map: 'Bản đồ' },
  lead: 'Vị trí các thiết bị theo khuyến nghị, kèm đường bao của khu vực. Không có nền bản đồ đường phố: không tải gì từ bên ngoài.',
  none: 'Chưa thiết bị nào có tọa độ. Hãy khai báo `lat` và `lon` bằng `verimeter import devices`.',
  some: (count, all) => `${count} trên ${all} thiết bị có tọa độ.`,
  most: (count) => `Bản đồ chỉ hiện ${count} thiết bị đầu tiên; hãy chọn khu vực hoặc loại.`,
};
