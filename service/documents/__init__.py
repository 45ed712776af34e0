"""Turns data into papers: PDF by Typst from templates of ours, workbooks by openpyxl. Knows nothing of what is told."""
