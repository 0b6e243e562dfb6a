/** Codes as files for whoever prints and sends them: text, SVG and PNG, readable by their owner alone. */
import { join } from 'node:path';
import { toPng, toSvg } from '../core/qr/image.ts';
import { makePrivateFolder, writeFileAtomically } from '../service/files.ts';

/** Writes `<folder>/<name>.txt`, `.svg` and `.png`. */
export async function writeCodeFiles(folder: string, name: string, code: string): Promise<void> {
  await makePrivateFolder(folder);
  await writeFileAtomically(join(folder, `${name}.txt`), `${code}\n`);
  await writeFileAtomically(join(folder, `${name}.svg`), toSvg(code));
  await writeFileAtomically(join(folder, `${name}.png`), toPng(code));
}
