"""高拍仪: any document camera or scanner whose own program drops image files into a folder."""
