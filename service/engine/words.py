"""The words of what the engine refuses to load: for each code what is wrong, why it matters, how to mend it."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

from service.engine.findings import Finding
from service.engine.spec import Element
from service.sentences import Sentence

_WORDS: dict[str, tuple[str, str, str]] = {
    "process_missing": (
        "Diagram ini tidak memuat proses.",
        "Tanpa proses tidak ada yang dapat dijalankan.",
        "Gambarlah satu proses, dengan satu kejadian mulai dan langkah-langkahnya.",
    ),
    "process_many": (
        "Diagram ini memuat lebih dari satu proses: {ids}.",
        "Satu diagram adalah satu prosedur; sistem tidak tahu mana yang harus dijalankan.",
        "Simpan setiap proses dalam diagram tersendiri. Pihak luar boleh digambar sebagai kolam kosong.",
    ),
    "process_off": (
        "Proses ini ditandai tidak dapat dijalankan.",
        "Sistem hanya menjalankan proses yang ditandai dapat dijalankan.",
        "Centang “Executable” pada sifat proses.",
    ),
    "too_many_elements": (
        "Diagram ini memuat {count} unsur; paling banyak {most}.",
        "Diagram sebesar itu tidak dapat dibaca orang maupun dijalankan dengan aman.",
        "Pecah menjadi beberapa prosedur.",
    ),
    "id_missing": (
        "Ada unsur {tag} tanpa ID.",
        "Tugas, riwayat, dan formulir mengenali unsur dari ID-nya.",
        "Beri unsur itu ID yang tetap.",
    ),
    "id_twice": (
        "ID “{id}” dipakai lebih dari sekali.",
        "Sistem tidak dapat membedakan keduanya.",
        "Beri salah satunya ID lain.",
    ),
    "event_unsupported": (
        "Kejadian jenis {cause} tidak dapat dipakai di sini.",
        "Kejadian ini tidak akan bekerja seperti gambarnya.",
        "Pakai kejadian waktu atau pesan, atau hapus kejadian ini.",
    ),
    "event_many": (
        "Kejadian ini mempunyai lebih dari satu sebab.",
        "Sistem tidak tahu sebab mana yang berlaku.",
        "Gambarlah satu kejadian untuk setiap sebab.",
    ),
    "start_count": (
        "Ada {count} kejadian mulai di {where}; harus tepat satu.",
        "Sistem harus tahu dari mana alur dimulai.",
        "Sisakan satu kejadian mulai.",
    ),
    "end_missing": (
        "Tidak ada kejadian akhir di {where}.",
        "Tanpa akhir, urusan ini tidak pernah dinyatakan selesai.",
        "Tambahkan kejadian akhir pada setiap ujung alur.",
    ),
    "flow_broken": (
        "Alur “{flow}” tidak tersambung dengan benar pada kedua ujungnya.",
        "Langkah sesudahnya tidak dapat ditemukan.",
        "Sambungkan kembali alur itu di dalam proses atau subproses yang sama.",
    ),
    "flow_twice": (
        "Ada dua alur dari unsur ini langsung ke “{target}”.",
        "Percabangan menghitung alur per asal, sehingga salah satunya tidak pernah dihitung.",
        "Hapus salah satu alur, atau letakkan langkah di antaranya.",
    ),
    "flow_not_allowed": (
        "Alur masuk atau keluar dari “{name}” tidak diperbolehkan.",
        "Kejadian mulai dan kejadian tepi tidak mempunyai alur masuk; kejadian akhir tidak mempunyai alur keluar.",
        "Hapus alur itu.",
    ),
    "way_out_missing": (
        "Dari “{name}” tidak ada jalan keluar.",
        "Alur yang sampai di sini berhenti tanpa pernah selesai.",
        "Sambungkan ke langkah berikutnya atau ke kejadian akhir.",
    ),
    "way_out_many": (
        "Dari “{name}” ada lebih dari satu alur keluar, atau alur keluarnya bersyarat.",
        "Hanya gerbang yang boleh bercabang; selain itu maksud gambar tidak jelas.",
        "Letakkan gerbang sesudah langkah ini.",
    ),
    "unreachable": (
        "“{name}” tidak pernah dicapai.",
        "Tidak ada alur yang menuju ke sini dari kejadian mulai.",
        "Sambungkan, atau hapus unsur ini.",
    ),
    "condition_missing": (
        "Alur “{flow}” dari gerbang “{name}” tidak bersyarat dan bukan alur bawaan.",
        "Gerbang tidak tahu kapan jalan ini dipilih.",
        "Tulis syaratnya, atau tandai sebagai alur bawaan (default).",
    ),
    "condition_not_allowed": (
        "Alur “{flow}” dari gerbang “{name}” bersyarat.",
        "Gerbang jenis ini tidak membaca syarat.",
        "Hapus syaratnya, atau pakai gerbang eksklusif.",
    ),
    "expression": (
        "Ungkapan “{expression}” tidak dapat dipakai: {problem}",
        "Alur akan tersangkut ketika sampai di sini.",
        'Perbaiki ungkapan itu, misalnya: keputusan == "setuju"',
    ),
    "script": (
        "Skrip di sini tidak dapat dipakai: {problem}",
        "Alur akan tersangkut ketika sampai di sini.",
        "Perbaiki skrip itu.",
    ),
    "script_missing": (
        "Tugas skrip ini tidak memuat skrip.",
        "Tidak ada yang dapat dikerjakan sistem di sini.",
        "Tulis skripnya, atau ganti dengan tugas biasa.",
    ),
    "message_missing": (
        "“{name}” tidak menunjuk pesan.",
        "Tanpa pesan, sistem tidak tahu apa yang ditunggu atau dikirim.",
        "Pilih atau buat pesan untuk unsur ini.",
    ),
    "signal_missing": (
        "“{name}” tidak menunjuk sinyal.",
        "Tanpa sinyal, sistem tidak tahu apa yang ditunggu atau dikirim.",
        "Pilih atau buat sinyal untuk unsur ini.",
    ),
    "timer_missing": (
        "Kejadian waktu ini belum mempunyai lama waktu atau tanggal.",
        "Sistem tidak tahu kapan waktunya tiba.",
        "Tulis lama waktu, misalnya P10D (sepuluh hari) atau PT2H (dua jam).",
    ),
    "timer_cycle": (
        "Waktu berulang “{expression}” tidak dapat dipakai.",
        "Kejadian waktu di sini terjadi satu kali saja.",
        "Tulis satu lama waktu, misalnya P10D; untuk mengulang, gambarlah alur kembali.",
    ),
    "timer_unreadable": (
        "Waktu “{expression}” tidak terbaca.",
        "Sistem tidak tahu kapan waktunya tiba.",
        "Tulis lama waktu (P10D, PT2H, P1DT4H) atau tanggal (2026-12-31, 2026-12-31T10:00+07:00), "
        "tanpa tahun dan bulan sebagai lama waktu.",
    ),
    "timer_clock": (
        "Jenis waktu “{clock}” tidak dikenal.",
        "Waktu dihitung menurut jam kerja (working) atau waktu biasa (elapsed).",
        "Isi timeClock dengan working atau elapsed.",
    ),
    "boundary_place": (
        "Kejadian tepi “{name}” tidak menempel pada kegiatan yang dapat ditunggui.",
        "Kejadian tepi hanya bekerja pada tugas orang, subproses, atau tugas menerima pesan; "
        "kejadian galat dan eskalasi hanya pada subproses.",
        "Tempelkan pada kegiatan yang tepat.",
    ),
    "event_gateway": (
        "Sesudah gerbang kejadian “{name}” hanya boleh ada kejadian tangkap (waktu, pesan, sinyal) "
        "yang tidak dituju alur lain.",
        "Gerbang ini menunggu kejadian mana yang lebih dahulu; yang lain tidak dapat ditunggunya.",
        "Letakkan paling sedikit dua kejadian tangkap tepat sesudah gerbang ini.",
    ),
    "loop": (
        "Pengulangan pada “{name}” tidak lengkap: {problem}",
        "Sistem tidak tahu berapa kali langkah ini harus dikerjakan.",
        "Isi salah satu: jumlah atau daftar; untuk pengulangan biasa, syarat atau jumlah paling banyak.",
    ),
    "variable_name": (
        "Nama variabel “{variable}” pada “{name}” tidak dapat dipakai.",
        "Isian selalu masuk dengan namanya masing-masing, tidak terbungkus dalam satu variabel.",
        "Kosongkan nama variabel, dan pakai nama isian langsung dalam syarat.",
    ),
    "parser": (
        "Diagram ini tidak dapat disusun untuk dijalankan: {problem}",
        "Ada bagian yang tidak dipahami mesin alur.",
        "Periksa unsur yang disebut, lalu coba lagi.",
    ),
}

_REASONS: dict[str, tuple[str, str]] = {
    "callActivity": (
        "Memanggil diagram lain belum didukung.",
        "Salin langkah-langkahnya ke dalam subproses di diagram ini.",
    ),
    "serviceTask": (
        "Belum ada sambungan ke sistem lain.",
        "Ganti dengan tugas orang, yang hasilnya diisi petugas.",
    ),
    "businessRuleTask": (
        "Tabel keputusan belum didukung.",
        "Ganti dengan gerbang bersyarat atau tugas orang.",
    ),
    "complexGateway": (
        "Gerbang kompleks tidak mempunyai aturan yang pasti.",
        "Ganti dengan gerbang eksklusif, paralel, atau inklusif.",
    ),
    "transaction": (
        "Transaksi dengan pembatalan belum didukung.",
        "Ganti dengan subproses biasa.",
    ),
    "adHocSubProcess": (
        "Subproses bebas-urutan mengubah diagram selagi berjalan.",
        "Gambarlah urutan langkahnya, atau pakai percabangan paralel.",
    ),
    "eventSubProcess": (
        "Subproses kejadian tidak menyela langkah yang sedang berjalan seperti seharusnya.",
        "Pakai kejadian tepi pada langkah atau subproses.",
    ),
}
_UNKNOWN = ("Mesin alur tidak mengenal unsur ini.", "Ganti dengan tugas, gerbang, atau kejadian yang didukung.")


def finding(code: str, element: Element | None = None, **params: Any) -> Finding:
    """The finding with its words filled in; an element fills its own name."""
    if element is not None:
        params.setdefault("name", element.label)
    what, why, mend = (_filled(text, params) for text in _WORDS[code])
    return Finding(
        code=code,
        element_id=element.id if element else params.get("id"),
        element_name=element.name if element else None,
        what=what,
        why=why,
        mend=mend,
    )


def unsupported(tag: str, element_id: str | None, name: str | None) -> Finding:
    """The finding for a kind of element that cannot run."""
    reason, mend = _REASONS.get(tag, _UNKNOWN)
    what = Sentence("Unsur {tag} tidak dapat dijalankan.", tag=tag)
    return Finding("element_unsupported", element_id, name, what, Sentence(reason), Sentence(mend))


def _filled(text: str, params: Mapping[str, Any]) -> Sentence:
    """With those params that the text has places for."""
    named = {name for _, name, _, _ in Formatter().parse(text) if name}
    return Sentence(text, **{name: value for name, value in params.items() if name in named})
