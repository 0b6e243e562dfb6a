import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, IconButton } from '../../shared/ui/button.tsx';
import { TextField } from '../../shared/ui/fields.tsx';
import type { Texts } from '../texts/text.ts';

export interface PasteSheetProps {
  readonly texts: Texts;
  readonly onCode: (text: string) => void;
  readonly onClose: () => void;
}

/** For a code that comes as text. */
export function PasteSheet({ onClose, onCode, texts }: PasteSheetProps): JSX.Element {
  const [text, setText] = useState('');
  const sheet = useRef<HTMLDialogElement>(null);
  useEffect(() => sheet.current?.showModal(), []);
  return (
    <dialog class="sheet" ref={sheet} aria-labelledby="paste-title" onClose={onClose}>
      <div class="sheet-bar">
        <h2 id="paste-title">{texts.scan.pasteTitle}</h2>
        <IconButton icon="close" name={texts.close} onPress={onClose} />
      </div>
      <TextField label={texts.scan.pasteLabel} value={text} rows={6} isCode onChange={setText} />
      <Button look="primary" icon="check" onPress={() => onCode(text.trim())}>
        {texts.scan.check}
      </Button>
    </dialog>
  );
}
