"""The noise map: levels on a regular grid as a cloud-optimised GeoTIFF, and 5 dB isolines as GeoJSON."""
