// Photos are made smaller before they travel: a quarter of the waiting on a slow line, and no place of the photo in it.
const LONGEST_SIDE = 1920;
const WORTH_IT = 500 * 1024;
const QUALITY = 0.8;

export function watchFiles(form: HTMLFormElement): void {
  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement && field.type === "file" && field.files) void shrinkAll(field, [...field.files]);
  });
}

async function shrinkAll(field: HTMLInputElement, chosen: File[]): Promise<void> {
  const carrier = new DataTransfer();
  for (const file of chosen) carrier.items.add(await shrunk(file));
  field.files = carrier.files;
}

/** The photo as a smaller JPEG, or the file as it is where that gains nothing. */
async function shrunk(file: File): Promise<File> {
  if (!/^image\/(jpeg|png)$/.test(file.type) || file.size < WORTH_IT) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file;
  }
}
