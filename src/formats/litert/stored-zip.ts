const encoder = new TextEncoder();
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** That names are UTF-8. */
const FLAGS = 0x0800;
/** The first day that the format knows, so that equal files have equal bytes. */
const DATE = (1 << 5) | 1;

/**
 * A zip archive of one file, not compressed, to be appended to other bytes. Source: PKWARE APPNOTE 6.3.10, 4.3.
 * @param start how many bytes stand in front, from which places are counted
 */
export function storedZip(name: string, bytes: Uint8Array, start: number): Uint8Array[] {
  const encoded = encoder.encode(name);
  // Version, flags, method, time, date, checksum, both sizes, and the length of the name.
  const common = (out: DataView, at: number) => {
    out.setUint16(at, 20, true);
    out.setUint16(at + 2, FLAGS, true);
    out.setUint16(at + 8, DATE, true);
    out.setUint32(at + 10, crc32(bytes), true);
    out.setUint32(at + 14, bytes.length, true);
    out.setUint32(at + 18, bytes.length, true);
    out.setUint16(at + 22, encoded.length, true);
  };
  const local = record(30, LOCAL, (out) => common(out, 4));
  const central = record(46, CENTRAL, (out) => {
    out.setUint16(4, 20, true);
    common(out, 6);
    out.setUint32(42, start, true);
  });
  const end = record(22, END, (out) => {
    out.setUint16(8, 1, true);
    out.setUint16(10, 1, true);
    out.setUint32(12, central.length + encoded.length, true);
    out.setUint32(16, start + local.length + encoded.length + bytes.length, true);
  });
  return [local, encoded, bytes, central, encoded, end];
}

function record(length: number, signature: number, fill: (out: DataView) => void): Uint8Array {
  const out = new DataView(new ArrayBuffer(length));
  out.setUint32(0, signature, true);
  fill(out);
  return new Uint8Array(out.buffer);
}

/** The checksum of zip: CRC-32 with the polynomial 0xEDB88320. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
