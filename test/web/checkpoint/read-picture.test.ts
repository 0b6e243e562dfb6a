import { expect } from 'chai';
import { describe, it } from 'mocha';
import { qrVersion } from '../../../core/qr/image.ts';
import { CAMERA_EFFORT, readPicture, type Reading } from '../../../web/checkpoint/input/read-picture.ts';
import { drawScene, SCENES, toRgba, type Scene } from '../support/scenes.ts';

/** As long as a venue's code. */
const TEXT = `HCL1:${'7WY5O%3ZA0B $K'.repeat(44)}`;
const OTHER = `HCL1:${'2Q.F3+GH1JKL*M'.repeat(44)}`;

function read(scene: Scene): Reading {
  return readPicture(toRgba(drawScene(scene)), CAMERA_EFFORT);
}

describe('the code in a picture', () => {
  it('is as dense here as a venue’s', () => expect(qrVersion(TEXT)).to.be.within(15, 20));

  for (const name of ['clean', 'tilted', 'dim', 'small'] as const) {
    it(`is read when it is ${name}`, () => {
      expect(read(SCENES[name](TEXT))).to.deep.equal({ kind: 'code', text: TEXT });
    });
  }

  it('is read however it is turned', () => {
    for (let degrees = 0; degrees < 360; degrees += 30) {
      const scene = { width: 720, height: 720, codes: [{ text: TEXT, x: 360, y: 360, side: 480, degrees }] };
      expect(read(scene), `${degrees}°`).to.deep.equal({ kind: 'code', text: TEXT });
    }
  });

  it('is nobody’s when there are two', () => {
    expect(read(SCENES.two(TEXT, OTHER))).to.deep.equal({ kind: 'several' });
  });

  it('is one when it is there twice, as in a mirror', () => {
    expect(read(SCENES.two(TEXT, TEXT))).to.deep.equal({ kind: 'code', text: TEXT });
  });

  const troubles = {
    nothing: SCENES.none(),
    covered: SCENES.covered(),
    cut: SCENES.cut(TEXT),
    glare: SCENES.glare(TEXT),
    dark: SCENES.dark(),
    blurred: SCENES.blurred(TEXT),
  } as const;
  for (const [trouble, scene] of Object.entries(troubles)) {
    it(`that cannot be read for being ${trouble} says so`, () => {
      expect(read(scene)).to.deep.equal({ kind: 'trouble', trouble });
    });
  }
});
