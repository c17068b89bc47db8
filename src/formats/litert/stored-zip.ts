const encoder = new TextEncoder();
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const [LOCAL_LENGTH, CENTRAL_LENGTH, END_LENGTH] = [30, 46, 22];
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
  const local = record(LOCAL_LENGTH, LOCAL, (out) => common(out, 4));
  const central = record(CENTRAL_LENGTH, CENTRAL, (out) => {
    out.setUint16(4, 20, true);
    common(out, 6);
    out.setUint32(42, start, true);
  });
  const end = record(END_LENGTH, END, (out) => {
    out.setUint16(8, 1, true);
    out.setUint16(10, 1, true);
    out.setUint32(12, central.length + encoded.length, true);
    out.setUint32(16, start + local.length + encoded.length + bytes.length, true);
  });
  return [local, encoded, bytes, central, encoded, end];
}

/**
 * A file of the archive that stands behind other bytes, as it lies there; undefined: there is no archive, it has no such file, or
 * that is compressed.
 */
export function storedIn(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - END_LENGTH;
  if (end < 0 || view.getUint32(end, true) !== END) return undefined;
  const encoded = encoder.encode(name);
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0 && at + CENTRAL_LENGTH <= end; left--) {
    if (view.getUint32(at, true) !== CENTRAL) return undefined;
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const found = bytes.subarray(at + CENTRAL_LENGTH, at + CENTRAL_LENGTH + (nameLength ?? 0));
    if (found.length === encoded.length && found.every((byte, i) => byte === encoded[i])) {
      const isStored = view.getUint16(at + 10, true) === 0;
      return isStored ? dataAt(view, view.getUint32(at + 42, true), view.getUint32(at + 24, true)) : undefined;
    }
    at += CENTRAL_LENGTH + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return undefined;
}

function dataAt(view: DataView, local: number, size: number): Uint8Array | undefined {
  if (local + LOCAL_LENGTH > view.byteLength || view.getUint32(local, true) !== LOCAL) return undefined;
  const start = local + LOCAL_LENGTH + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + size > view.byteLength) return undefined;
  return new Uint8Array(view.buffer, view.byteOffset + start, size);
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
