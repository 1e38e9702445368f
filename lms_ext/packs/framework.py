"""The exact names of the Pembelajaran Mendalam framework, as packs tag and texts write them."""

DIMENSIONS = {
    "keimanan-ketakwaan": "keimanan dan ketakwaan terhadap Tuhan Yang Maha Esa",
    "kewargaan": "kewargaan",
    "penalaran-kritis": "penalaran kritis",
    "kreativitas": "kreativitas",
    "kolaborasi": "kolaborasi",
    "kemandirian": "kemandirian",
    "kesehatan": "kesehatan",
    "komunikasi": "komunikasi",
}
"""The eight *dimensi profil lulusan* in their official order."""
PRINCIPLES = ("berkesadaran", "bermakna", "menggembirakan")
EXPERIENCES = ("memahami", "mengaplikasi", "merefleksi")
ELEMENTS = ("praktik-pedagogis", "kemitraan-pembelajaran", "lingkungan-pembelajaran", "pemanfaatan-digital")
AUDIENCES = ("guru", "kepala-sekolah", "pengawas", "murid")

TAGS = (
    *(f"dimensi:{one}" for one in DIMENSIONS),
    *(f"prinsip:{one}" for one in PRINCIPLES),
    *(f"kerangka:{one}" for one in ELEMENTS),
)
