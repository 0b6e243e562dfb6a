import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../../shared/ui/icon.tsx';
import type { ReadUpload } from '../input/reader.ts';
import type { Texts } from '../texts/text.ts';

export interface PictureButtonProps {
  readonly texts: Texts;
  readonly readUpload: ReadUpload;
  readonly onCode: (text: string) => void;
}

/** A picture of a code from a file. It is read here and goes nowhere. */
export function PictureButton({ onCode, readUpload, texts }: PictureButtonProps): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const isShown = useRef(true);
  useEffect(() => () => void (isShown.current = false), []);
  const read = async (file: File): Promise<void> => {
    setProblem(undefined);
    const reading = await readUpload(file).catch(() => 'failed' as const);
    // Whoever handed the picture over may have gone meanwhile.
    if (!isShown.current) return;
    if (reading === 'failed') setProblem(texts.scan.failed);
    else if (reading?.kind === 'code') onCode(reading.text);
    else setProblem(reading?.kind === 'several' ? texts.scan.pictureSeveral : texts.scan.pictureUnreadable);
  };
  return (
    <>
      <label class="button picture-button">
        <Icon name="picture" />
        <span>{texts.scan.picture}</span>
        <input
          type="file"
          class="visually-hidden"
          accept="image/png,image/jpeg"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            currentTarget.value = '';
            if (file !== undefined) void read(file);
          }}
        />
      </label>
      {problem === undefined ? null : (
        <p class="scan-problem field-problem" role="alert">
          <Icon name="warning" />
          {problem}
        </p>
      )}
    </>
  );
}
