"""The only door for files: any vector layer or raster, in metres in one working CRS, with what was done to it."""
